"""Who runs a monitor: a monitor says what to compare, an engine says who does it.

Nothing outside this file names a CloudFormation type of a job definition or of a monitoring schedule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aws_cdk import CfnTag, Fn, aws_iam as iam, aws_kms as kms, aws_sagemaker as sagemaker
from constructs import Construct, IConstruct

from model_monitor.baseline_files import BaselineFiles
from model_monitor.compute import MonitorCompute, MonitorNetwork
from model_monitor.endpoint import MonitoredEndpoint
from model_monitor.errors import ConfigurationError
from model_monitor.images import analyzer_image_uri, analyzer_repository_arn
from model_monitor.lazy import canonical_json, lazy_string
from model_monitor.nag import acknowledge_wildcards
from model_monitor.s3_location import S3Location
from model_monitor.schedule import MonitorSchedule

_INPUT_PATH = "/opt/ml/processing/input/endpoint"
_OUTPUT_PATH = "/opt/ml/processing/output"
_NAME_LENGTH = 63
_VERSION_LENGTH = 16  # of the baseline's fingerprint
_DIGEST_LENGTH = 8


@dataclass(frozen=True)
class MonitorDefinition:
    """What an engine needs to know of a monitor.

    Attributes:
        name: Name of the schedule.
        endpoint: What is monitored.
        schedule: When.
        baseline: What the traffic is compared with.
        output: Where reports go.
        role: Role of the runs.
        compute: Machines.
        network: Network.
        security_group_ids: Of the network, when it has a VPC.
        encryption_key: Key of reports and disks.
        environment: The user's own variables.
        preprocessor_uri: Script that runs on every record.
        postprocessor_uri: Script that runs at the end.
        tags: Of everything that the engine makes.
        after: What must exist before, and be deleted after.
    """

    name: str
    endpoint: MonitoredEndpoint
    schedule: MonitorSchedule
    baseline: BaselineFiles
    output: S3Location
    role: iam.IRole
    compute: MonitorCompute
    network: MonitorNetwork
    security_group_ids: Sequence[str]
    encryption_key: kms.IKey | None
    environment: Mapping[str, str]
    preprocessor_uri: str | None
    postprocessor_uri: str | None
    tags: Mapping[str, str]
    after: Sequence[IConstruct]


@dataclass(frozen=True)
class RunningMonitor:
    """What an engine made.

    Attributes:
        schedule_arn: Identifies the monitor in events.
        construct: The schedule.
    """

    schedule_arn: str
    construct: Construct


class IMonitorEngine(Protocol):
    """Runs monitors."""

    def image_uri(self, scope: Construct) -> str:
        """Image of the analyzer, for baseline jobs."""
        ...

    def grant_image(self, scope: Construct, role: iam.IRole) -> None:
        """Lets a job's role pull the image."""
        ...

    def run_data_quality(self, scope: Construct, definition: MonitorDefinition) -> RunningMonitor:
        """Makes what runs a data-quality monitor."""
        ...


class ModelMonitorEngine:
    """Amazon SageMaker Model Monitor: AWS runs the monitors.

    It is closed to accounts that did not use it before 2026-07-30
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html).
    """

    def image_uri(self, scope: Construct) -> str:
        """AWS's own analyzer image in the stack's region."""
        return analyzer_image_uri(scope)

    def grant_image(self, scope: Construct, role: iam.IRole) -> None:
        """Lets a job's role pull AWS's image."""
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources=[analyzer_repository_arn(scope)],
            )
        )
        # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        role.add_to_principal_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        acknowledge_wildcards(role, ["*"], "ecr:GetAuthorizationToken has no resources.")

    def run_data_quality(self, scope: Construct, definition: MonitorDefinition) -> RunningMonitor:
        """Makes a data-quality job definition and its schedule."""
        properties = _data_quality_properties(scope, definition)
        job_definition = sagemaker.CfnDataQualityJobDefinition(
            scope,
            "JobDefinition",
            tags=_tags(definition.tags),
            **properties,
        )
        name = _definition_name(job_definition, definition, properties)
        job_definition.job_definition_name = name
        for construct in definition.after:
            job_definition.node.add_dependency(construct)
        return _schedule(scope, definition, job_definition, monitoring_type="DataQuality", name=name)


def _data_quality_properties(scope: Construct, definition: MonitorDefinition) -> dict[str, Any]:
    cfn = sagemaker.CfnDataQualityJobDefinition
    return {
        "role_arn": definition.role.role_arn,
        "data_quality_app_specification": cfn.DataQualityAppSpecificationProperty(
            image_uri=analyzer_image_uri(scope),
            environment=dict(definition.environment) or None,
            record_preprocessor_source_uri=definition.preprocessor_uri,
            post_analytics_processor_source_uri=definition.postprocessor_uri,
        ),
        "data_quality_baseline_config": cfn.DataQualityBaselineConfigProperty(
            constraints_resource=cfn.ConstraintsResourceProperty(s3_uri=definition.baseline.constraints_uri),
            statistics_resource=cfn.StatisticsResourceProperty(s3_uri=definition.baseline.statistics_uri),
        ),
        # What the service would fill in itself is written out, so that drift detection has nothing to report.
        "data_quality_job_input": cfn.DataQualityJobInputProperty(
            endpoint_input=cfn.EndpointInputProperty(
                endpoint_name=definition.endpoint.endpoint_name,
                local_path=_INPUT_PATH,
                s3_input_mode="File",
                s3_data_distribution_type="FullyReplicated",
            )
        ),
        "data_quality_job_output_config": cfn.MonitoringOutputConfigProperty(
            kms_key_id=definition.encryption_key.key_arn if definition.encryption_key else None,
            monitoring_outputs=[
                cfn.MonitoringOutputProperty(
                    s3_output=cfn.S3OutputProperty(
                        s3_uri=definition.output.uri, local_path=_OUTPUT_PATH, s3_upload_mode="EndOfJob"
                    )
                )
            ],
        ),
        "job_resources": cfn.MonitoringResourcesProperty(cluster_config=_cluster(definition)),
        "network_config": _network(definition),
        "stopping_condition": cfn.StoppingConditionProperty(
            max_runtime_in_seconds=definition.compute.max_runtime.to_seconds()
        ),
    }


def _cluster(definition: MonitorDefinition) -> sagemaker.CfnDataQualityJobDefinition.ClusterConfigProperty:
    compute = definition.compute
    key = compute.disk_key(definition.encryption_key)
    return sagemaker.CfnDataQualityJobDefinition.ClusterConfigProperty(
        instance_type=compute.instance_type,
        instance_count=compute.instance_count,
        volume_size_in_gb=compute.volume_size.to_gibibytes(),
        volume_kms_key_id=key.key_arn if key else None,
    )


def _network(definition: MonitorDefinition) -> sagemaker.CfnDataQualityJobDefinition.NetworkConfigProperty:
    network = definition.network
    vpc_config = None
    if network.vpc is not None:
        vpc_config = sagemaker.CfnDataQualityJobDefinition.VpcConfigProperty(
            subnets=network.subnet_ids, security_group_ids=list(definition.security_group_ids)
        )
    return sagemaker.CfnDataQualityJobDefinition.NetworkConfigProperty(
        enable_network_isolation=network.isolation,
        enable_inter_container_traffic_encryption=network.encrypt_traffic,
        vpc_config=vpc_config,
    )


def _schedule(
    scope: Construct,
    definition: MonitorDefinition,
    job_definition: sagemaker.CfnDataQualityJobDefinition,
    *,
    monitoring_type: str,
    name: str,
) -> RunningMonitor:
    cfn = sagemaker.CfnMonitoringSchedule
    schedule = cfn(
        scope,
        "Schedule",
        # The one physical name that is pinned: the property is required, and a schedule is only replaced when it
        # changes. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-monitoringschedule.html
        monitoring_schedule_name=definition.name,
        monitoring_schedule_config=cfn.MonitoringScheduleConfigProperty(
            monitoring_job_definition_name=name,
            monitoring_type=monitoring_type,
            schedule_config=cfn.ScheduleConfigProperty(
                schedule_expression=definition.schedule.schedule_expression,
                data_analysis_start_time=definition.schedule.analysis_start,
                data_analysis_end_time=definition.schedule.analysis_end,
            ),
        ),
        tags=_tags(definition.tags),
    )
    # Names are plain strings to CloudFormation: without this the definition could be deleted first, which the service
    # refuses.
    schedule.node.add_dependency(job_definition)
    return RunningMonitor(schedule.attr_monitoring_schedule_arn, schedule)


def _definition_name(
    job_definition: sagemaker.CfnDataQualityJobDefinition, definition: MonitorDefinition, properties: dict[str, Any]
) -> str:
    """A name that changes exactly when the definition does.

    Definitions are immutable and CloudFormation makes the new one before it deletes the old one, so an unchanged name
    would collide. The digest is taken of the resolved properties as they are in the end, tags included (aspects may
    change them), never of a token. What is only known during the deployment, the version of the baseline, is joined as
    it is. The monitor's full name is part of it because the name's readable part may be cut.
    """

    def digest() -> str:
        content = canonical_json(
            scope=job_definition,
            value=[
                definition.name,
                {name: getattr(job_definition, name) for name in properties},
                definition.baseline.content,
                definition.endpoint.identity,
                job_definition.tags.tag_values(),
            ],
        )
        return hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LENGTH]

    room = _NAME_LENGTH - _VERSION_LENGTH - _DIGEST_LENGTH - len("--")
    base = definition.name[:room].rstrip("-")
    return Fn.join("-", [base, lazy_string(digest), definition.baseline.version])


def _tags(tags: Mapping[str, str]) -> list[CfnTag]:
    return [CfnTag(key=key, value=value) for key, value in sorted(tags.items())]


def require_runtime(schedule: MonitorSchedule, compute: MonitorCompute, *, hourly_limit_seconds: int) -> None:
    """Checks that a run is over before the next one starts.

    Args:
        schedule: When it runs.
        compute: How long it may take.
        hourly_limit_seconds: What the service allows this kind of monitor on an hourly schedule.

    Raises:
        ConfigurationError: The service would refuse it.
    """
    seconds = compute.max_runtime_seconds
    if seconds is None or schedule.period is None:
        return
    limit = hourly_limit_seconds if schedule.is_hourly else int(schedule.period.to_seconds())
    if seconds > limit:
        raise ConfigurationError(
            got=f"max_runtime of {seconds} seconds with the schedule {schedule.schedule_expression}",
            expected=f"at most {limit} seconds",
            fix="lower max_runtime, or choose a schedule with more time between runs",
        )
