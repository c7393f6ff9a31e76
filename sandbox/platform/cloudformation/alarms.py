"""``AWS::CloudWatch::CompositeAlarm``, and metric math in ``AWS::CloudWatch::Alarm``."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.platform.cloudwatch import api
from sandbox.seams import Name, get, physical_name, register_resource_type, replace

_COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
_METRIC = "AWS::CloudWatch::Alarm"
_NAME_LENGTH = 255
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_WHOLE_NUMBERS = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
_BAD_REQUEST = 400


def install() -> None:
    """Register the composite alarm and let metric alarms carry expressions."""
    register_resource_type(
        _COMPOSITE,
        create=lambda logical_id, properties, stack: _put(
            properties.get("AlarmName") or physical_name(stack, logical_id, _NAME_LENGTH), properties
        ),
        update=lambda physical_id, _old, new, _stack: _put(physical_id, new),
        delete=lambda physical_id, _properties: _delete(physical_id),
        replacing=("AlarmName",),
        name_property="AlarmName",
        read=lambda physical_id: get(Name.COMPOSITE_ALARMS).get(physical_id),
        blocking=False,
    )
    get(Name.TAG_PROPERTIES)[_COMPOSITE] = ("Tags", "list")
    get(Name.DRIFT_READERS)[_METRIC] = (
        lambda physical_id, _properties: _read(physical_id),
        frozenset({"AlarmName", "Threshold", "ComparisonOperator", "EvaluationPeriods", "TreatMissingData", *_ACTIONS}),
    )
    replace(Name.ALARM_RECORD, _with_metrics)


def _read(name: str) -> dict[str, Any] | None:
    """A metric alarm as a template writes it: whole thresholds without a fraction."""
    alarm = get(Name.ALARMS).get(name)
    if alarm is None:
        return None
    threshold = float(alarm["Threshold"])
    return {**alarm, "Threshold": int(threshold) if threshold.is_integer() else threshold}


def _put(name: str, properties: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    request: dict[str, Any] = {
        key: value for key, value in properties.items() if key not in {"Tags", "ActionsEnabled", *_WHOLE_NUMBERS}
    }
    request |= {"AlarmName": name, "ActionsEnabled": _flag(properties.get("ActionsEnabled", True))}
    request |= {key: int(properties[key]) for key in _WHOLE_NUMBERS if key in properties}
    status, _, body = get(Name.PUT_COMPOSITE_ALARM)({}, request, False, True)
    if status >= _BAD_REQUEST:
        raise ValueError(json.loads(body)["message"])
    get(Name.SET_ALARM_TAGS)(name, properties.get("Tags") or [])
    return name, {"Arn": get(Name.COMPOSITE_ALARMS)[name]["AlarmArn"]}


def _delete(name: str) -> None:
    get(Name.COMPOSITE_ALARMS).pop(name, None)


def _with_metrics(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def alarm_record(name: str, props: dict[str, Any]) -> dict[str, Any]:
        if not props.get("Metrics"):
            api.check_alarm(props)
            return original(name, props)
        metrics = [_typed(query) for query in props["Metrics"]]
        api.check_alarm(props | {"Metrics": metrics})
        # MiniStack insists on one metric; it is taken out again below.
        alarm = original(name, {key: props[key] for key in props if key != "Metrics"} | _PLACEHOLDER)
        api.use_metrics(alarm, metrics)
        return alarm

    return alarm_record


_PLACEHOLDER = {"MetricName": "-", "Namespace": "-"}


def _typed(query: Mapping[str, Any]) -> dict[str, Any]:
    """A query with the types of the API: CloudFormation may pass numbers and booleans as text."""
    typed = dict(query)
    if "ReturnData" in typed:
        typed["ReturnData"] = _flag(typed["ReturnData"])
    if "Period" in typed:
        typed["Period"] = int(typed["Period"])
    if "MetricStat" in typed:
        typed["MetricStat"] = typed["MetricStat"] | {"Period": int(typed["MetricStat"]["Period"])}
    return typed


def _flag(value: object) -> bool:
    return str(value).lower() != "false"
