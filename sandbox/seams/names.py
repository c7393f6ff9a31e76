"""The private names of MiniStack that the sandbox touches, and the self-test that guards them."""

import functools
import importlib
import importlib.metadata
import inspect
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

EXPECTED_VERSION = "1.5.33"
_LOCATION = re.compile(r"(?P<module>[\w.]+):(?P<attribute>\w+)(?:\((?P<parameters>.*)\))?")


class Name(StrEnum):
    """``module:attribute`` for a value, ``module:function(parameters)`` for a function whose shape matters."""

    # Dispatch
    ASGI_APP = "app:app(scope, receive, send)"
    AUTH = "app:AUTH"
    SERVICE_HANDLERS = "app:SERVICE_HANDLERS"
    SERVICE_REGISTRY = "app:SERVICE_REGISTRY"
    LOADED_MODULES = "app:_loaded_modules"
    DETECT_SERVICE = "app:detect_service(method, path, headers, query_params)"
    PIN_REQUEST_ORIGIN = "app:pin_request_origin(source_ip, secure_transport)"
    SERVICE_PATTERNS = "core.router:SERVICE_PATTERNS"
    ACCESS_KEY_OF = "core.router:extract_access_key_id(headers, query_params)"
    # Who and where a request is for
    ACCOUNT_ID = "core.responses:get_account_id()"
    REGION = "core.responses:get_region()"
    REQUEST_SCOPE = "core.responses:request_scope(account_id, region)"
    NEW_UUID = "core.responses:new_uuid()"
    RUN_REENTRANT = "core.concurrency:run_reentrant(fn, args, thread_name)"
    SPAWN_BACKGROUND = "core.concurrency:spawn_background(fn, args, thread_name, kwargs)"
    # IAM
    IAM_NAMESPACES = "core.iam_actions:SERVICE_TO_IAM_NAMESPACE"
    BOTOCORE_SERVICES = "core.iam_actions:_BOTOCORE_SERVICE_MAP"
    RESOURCE_ARN_OF = (
        "core.iam_actions:extract_resource_arn(service, method, path, headers, body, query_params, region, account_id)"
    )
    ENFORCE = "core.iam_evaluator:enforce(access_key_id, iam_action, service, region, resource_arn, service_context)"
    AUTH_ERROR = "core.iam_evaluator:AuthError"
    ACCESS_DENIED = (
        "core.iam_actions:access_denied_response(service, action, principal_arn, request_id, error_code, message, "
        "headers, resource_arn, explicit_deny, resource_policy_arn)"
    )
    CONDITION_KEYS = "core.iam_actions:request_tag_context(service, iam_action, body, params)"
    ROLE_POLICIES = "core.iam_evaluator:_gather_role_policies(role_name, account_id)"
    MANAGED_POLICY = "core.iam_evaluator:_resolve_managed_policy_document(policy_arn, account_id)"
    PARSE_POLICY = "core.iam_evaluator:parse_policy_document(doc)"
    TRUST_POLICY = "core.iam_evaluator:evaluate_trust_policy(trust_doc, caller_arn, ctx)"
    PRINCIPAL_MATCHES = "core.iam_evaluator:_principal_matches(principal, caller_arn)"
    CONDITION_VALUE = "core.iam_evaluator:_resolve_condition_key(key, ctx)"
    POLICY_CONTEXT = "core.iam_evaluator:EvalContext"
    RESOURCE_POLICY = "core.iam_evaluator:evaluate_resource_policy(doc, ctx, service, named_only, direct_only)"
    TRUST_ERROR = "services.iam:_trust_policy_not_principal_error(doc)"
    ROLES = "services.iam:_roles"
    POLICIES = "services.iam:_policies"
    AWS_MANAGED_POLICIES = "services.iam:_aws_managed_policies"
    AWS_MANAGED_POLICY = "services.iam:_make_aws_managed_record(name, document, description)"
    SEED_AWS_MANAGED_POLICIES = "services.iam:_seed_aws_managed_policies()"
    POLICY_KNOWN = "services.iam:policy_known(arn, account_id)"
    IAM_HANDLERS = "services.iam:_IAM_HANDLERS"
    IAM_ERROR = "services.iam:_error(status, code, message, ns)"
    SESSIONS = "services.sts:_sessions"
    REGISTER_SESSION = "services.sts:register_session(access_key, session)"
    # CloudFormation
    RESOURCE_HANDLERS = "services.cloudformation.provisioners:_RESOURCE_HANDLERS"
    REPLACING_PROPERTIES = "services.cloudformation.provisioners:_REPLACING_PROPERTIES"
    CUSTOM_NAMES = "services.cloudformation.provisioners:_CUSTOM_NAME_REPLACEMENT"
    TAG_PROPERTIES = "services.cloudformation.provisioners:_STACK_TAG_PROPERTY"
    PHYSICAL_NAME = (
        "services.cloudformation.provisioners:_physical_name(stack_name, logical_id, lowercase, max_len, seeded)"
    )
    RUNS_ON_THREAD = "services.cloudformation.stacks:_runs_on_worker_thread(resource_type)"
    DRIFT_READERS = "services.cloudformation.drift:_DRIFT_READERS"
    STACKS = "services.cloudformation:_stacks"
    EXPORTS = "services.cloudformation:_exports"
    IMPORTED_EXPORTS = "services.cloudformation.handlers:_imported_export_names(stack, stack_name)"
    STACK_OUTPUTS = (
        "services.cloudformation.stacks:_resolve_stack_outputs(outputs_defs, conditions, resources, param_values, "
        "mappings, stack_name, stack_id)"
    )
    DEPLOY_STACK = (
        "services.cloudformation.handlers:_deploy_stack_async(stack_name, stack_id, template, param_values, "
        "disable_rollback, tags, is_update, previous_stack, retain_except_on_create, imports)"
    )
    DEPLOY_CHANGE_SET = (
        "services.cloudformation.changesets:_deploy_stack_async(stack_name, stack_id, template, param_values, "
        "disable_rollback, tags, is_update, previous_stack, retain_except_on_create, imports)"
    )
    ROLL_BACK = (
        "services.cloudformation.stacks:_roll_back_operation(stack_name, stack_id, stack, operation, reason_override)"
    )
    ROLL_BACK_ON_REQUEST = (
        "services.cloudformation.handlers:_roll_back_operation(stack_name, stack_id, stack, operation, reason_override)"
    )
    ADD_STACK_EVENT = (
        "services.cloudformation.stacks:_add_event(stack_id, stack_name, logical_id, resource_type, status, reason, "
        "physical_id, detailed_status)"
    )
    STACK_EVENTS = "services.cloudformation:_stack_events"
    UPDATE_RESOURCE = (
        "services.cloudformation.stacks:_update_resource(resource_type, physical_id, old_props, new_props, stack_name, "
        "logical_id, old_attrs)"
    )
    INVOKE_CUSTOM_RESOURCE = (
        "services.cloudformation.custom_resource:invoke_custom_resource(request_type, logical_id, props, stack_name, "
        "stack_id, resource_type, physical_id, old_props)"
    )
    DELIVER_RESPONSE = "services.cloudformation.custom_resource:deliver_response(token, response)"
    PENDING_RESPONSES = "services.cloudformation.custom_resource:_pending"
    EXECUTE_FUNCTION = "services.lambda_svc:_execute_function_with_config_scope(func, event)"
    ALARM_RECORD = "services.cloudformation.provisioners:_cw_metric_alarm_record(name, props)"
    # Events
    EVENTS_NOW = "services.eventbridge:_now_ts()"
    INVOKE_TARGET = "services.eventbridge:_invoke_target(target, event, rule, view)"
    TO_TOPIC = "services.eventbridge:_dispatch_to_sns(arn, payload)"
    TO_LAMBDA = "services.eventbridge:_dispatch_to_lambda(arn, payload)"
    TICK_RULES = "services.eventbridge:_tick_scheduled_rules()"
    START_RULES = "services.eventbridge:start_scheduler()"
    SCHEDULER_TIME = "services.scheduler:time"
    TICK_SCHEDULES = "services.scheduler:_tick_schedules()"
    START_SCHEDULES = "services.scheduler:start_scheduler()"
    # Resources and their policies
    CREATE_NAMED_QUERY = "services.athena:_create_named_query(data)"
    DELETE_NAMED_QUERY = "services.athena:_delete_named_query(data)"
    NAMED_QUERIES = "services.athena:_named_queries"
    TOPIC = "services.sns:_topic_by_arn_any_scope(topic_arn)"
    FANOUT = (
        "services.sns:_fanout(topic_arn, msg_id, message, subject, message_structure, message_attributes, "
        "message_group_id, message_dedup_id)"
    )
    PUBLISH = (
        "services.sns:publish_internal(topic_arn, message, subject, message_structure, message_attributes, "
        "message_group_id, message_deduplication_id)"
    )
    SUBSCRIBED_QUEUE = (
        "services.sns:_deliver_to_sqs(endpoint, envelope, raw, raw_message, message_group_id, message_dedup_id, "
        "message_attributes, topic_arn)"
    )
    SUBSCRIBED_FUNCTION = (
        "services.sns:_deliver_to_lambda(endpoint, envelope, topic_arn, sub_arn, msg_id, raw_message, "
        "message_attributes)"
    )
    MATCHES_FILTER = "services.sns:_matches_filter_policy(sub, message_attributes, message)"
    MESSAGE_FOR_PROTOCOL = "services.sns:_resolve_message_for_protocol(message, message_structure, protocol)"
    QUEUE = "services.sqs:_queue_by_arn(arn)"
    KEY = "services.kms:_resolve_key(key_id_or_arn)"
    FUNCTION_POLICY = "services.lambda_svc:function_policy_for_arn(resource_arn)"
    # S3
    BUCKETS = "services.s3:_buckets"
    BUCKET_HAS_VERSIONS = "services.s3:_bucket_has_versions(name)"
    BUCKET_TAGS = "services.s3:_bucket_tags"
    BUCKET_ENCRYPTION = "services.s3:_bucket_encryption"
    BUCKET_LIFECYCLE = "services.s3:_bucket_lifecycle"
    RESOLVE_ENCRYPTION = "services.s3:_resolve_sse_write_headers(headers, bucket_name)"
    S3_ERROR = "services.s3:_error(code, message, status, resource, extra, headers)"
    # Metrics and logs
    PUT_EVENTS = "services.eventbridge:_put_events(data, allow_aws_source)"
    PUT_METRIC_DATA = "services.cloudwatch:_put_metric_data(params, cbor_data, is_cbor, is_json)"
    STORE_DATUM = (
        "services.cloudwatch:_store_datum(namespace, name, dims, ts, unit, value, values, counts, stat_values)"
    )
    METRICS = "services.cloudwatch:_metrics"
    ALARMS = "services.cloudwatch:_alarms"
    COMPOSITE_ALARMS = "services.cloudwatch:_composite_alarms"
    CLOUDWATCH_TIME = "services.cloudwatch:time"
    HISTORY = "services.cloudwatch:_history_entries()"
    DIMENSIONS_KEY = "services.cloudwatch:_dims_key(dims)"
    PARSE_TIMESTAMP = "services.cloudwatch:_parse_ts(value)"
    STATISTICS = "services.cloudwatch:_calc_stats(points)"
    STATISTIC = "services.cloudwatch:_stat_value(stats, stat_name, points)"
    EVALUATE_ALARM = "services.cloudwatch:_evaluate_alarm(alarm)"
    EVALUATE_ALL_ALARMS = "services.cloudwatch:_evaluate_all_alarms()"
    EVALUATE_PARENT_ALARMS = "services.cloudwatch:_evaluate_parent_alarms(child, seen)"
    RECORD_HISTORY = (
        "services.cloudwatch:_record_history(alarm_name, old_state, new_state, reason, alarm_type, reason_data)"
    )
    DISPATCH_ALARM_ACTIONS = "services.cloudwatch:_dispatch_alarm_actions(alarm, old_state, new_state, reason)"
    GET_METRIC_DATA = "services.cloudwatch:_get_metric_data(params, cbor_data, is_cbor, is_json)"
    PUT_METRIC_ALARM = "services.cloudwatch:_put_metric_alarm(params, cbor_data, is_cbor, is_json)"
    PUT_COMPOSITE_ALARM = "services.cloudwatch:_put_composite_alarm(params, cbor_data, is_cbor, is_json)"
    PUT_DASHBOARD = "services.cloudwatch:_put_dashboard(params, cbor_data, is_cbor, is_json)"
    STACK_DASHBOARD = "services.cloudwatch:cloudformation_put_dashboard(name, body)"
    SET_ALARM_TAGS = "services.cloudwatch:cloudformation_set_metric_alarm_tags(name, tags)"
    SET_ALARM_STATE = "services.cloudwatch:_set_alarm_state(params, cbor_data, is_cbor, is_json)"
    CLOUDWATCH_ERROR = "services.cloudwatch:_error(code, message, status, use_json, use_cbor)"
    CLOUDWATCH_JSON = "services.cloudwatch:_json_ok(data)"
    CLOUDWATCH_CBOR = "services.cloudwatch:_cbor_ok(data)"
    CLOUDWATCH_CBOR_RESULT = "services.cloudwatch:_cbor_metric_data_result(result)"
    LOG_GROUPS = "services.cloudwatch_logs:_log_groups"
    CREATE_LOG_GROUP = "services.cloudwatch_logs:_create_log_group(data)"
    CREATE_LOG_STREAM = "services.cloudwatch_logs:_create_log_stream(data)"
    PUT_LOG_EVENTS = "services.cloudwatch_logs:_put_log_events(data)"


class SeamError(Exception):
    """The installed MiniStack is not the one that the seams were written against."""


def get(name: Name) -> Any:
    """The current value behind a name."""
    module, attribute, _ = _locate(name)
    return getattr(module, attribute)


def replace(name: Name, make: Callable[[Any], Any]) -> None:
    """Put ``make(original)`` in the place of a name."""
    module, attribute, _ = _locate(name)
    setattr(module, attribute, make(getattr(module, attribute)))


def check(names: Iterable[str] = Name, version: str = EXPECTED_VERSION) -> None:
    """The self-test: the version is the pinned one, every name exists, every function takes what we give it.

    Raises:
        SeamError: Names what is missing or changed and how to fix it.
    """
    installed = importlib.metadata.version("ministack")
    problems = [] if installed == version else [f"version {installed} is installed"]
    problems += [problem for name in names if (problem := _problem(name))]
    if problems:
        raise SeamError(
            f"the sandbox is written against ministack=={version} and cannot run: {'; '.join(problems)}; "
            f"fix it with: pip install 'ministack=={version}'"
        )


def _problem(name: str) -> str | None:
    try:
        module, attribute, parameters = _locate(name)
        value = getattr(module, attribute)
    except (ImportError, AttributeError) as error:
        return f"{name} is missing ({error})"
    if parameters is None:
        return None
    found = ", ".join(inspect.signature(value).parameters)
    return None if found == parameters else f"{name} now takes ({found})"


@functools.cache
def _locate(name: str) -> tuple[Any, str, str | None]:
    match = _LOCATION.fullmatch(name)
    if match is None:
        raise ValueError(f"a seam is written module:attribute or module:function(parameters), got {name!r}")
    return importlib.import_module(f"ministack.{match['module']}"), match["attribute"], match["parameters"]
