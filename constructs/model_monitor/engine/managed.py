"""Amazon SageMaker Model Monitor as the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnTag, Fn, aws_iam as iam, aws_sagemaker as sagemaker
from constructs import Construct

from model_monitor.engine import job_definitions
from model_monitor.engine.definition import (
    BiasAnalysis,
    DataQualityAnalysis,
    ModelQualityAnalysis,
    MonitorDefinition,
    RunningMonitor,
)
from model_monitor.engine.names import definition_name
from model_monitor.engine.schedule_guard import GUARD_TAG, REGISTRY_TAG, ScheduleGuard
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.jobs.images import Image

# The service starts the merge job of a monitor with ground truth itself, under the monitor's role. The image of the
# analysis comes first.
_IMAGES = {
    "DataQuality": (Image.ANALYZER,),
    "ModelQuality": (Image.ANALYZER, Image.MERGER),
    "ModelBias": (Image.CLARIFY, Image.MERGER),
    "ModelExplainability": (Image.CLARIFY,),
}

_ID = "JobDefinition"


class ModelMonitorEngine:
    """Amazon SageMaker Model Monitor: AWS runs the monitors.

    It is closed to accounts that did not use it before 2026-07-30
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html).
    """

    def image_uri(self, scope: Construct, monitor_type: str) -> str:
        """AWS's own image of the analysis in the stack's region."""
        return _IMAGES[monitor_type][0].uri(scope)

    def grant_images(self, scope: Construct, role: iam.IRole, monitor_type: str) -> None:
        """Let a job's role pull AWS's images."""
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources=[image.repository_arn(scope) for image in _IMAGES[monitor_type]],
            )
        )
        # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        role.add_to_principal_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        acknowledge_wildcards(role, ["*"], "ecr:GetAuthorizationToken has no resources.")

    def run(self, scope: Construct, definition: MonitorDefinition) -> RunningMonitor:
        """Make a job definition and its schedule."""
        monitoring_type, job_definition, properties = self._job_definition(scope, definition)
        name = definition_name(job_definition, definition, properties)
        job_definition.job_definition_name = name
        for construct in definition.after:
            job_definition.node.add_dependency(construct)
        return _schedule(scope, definition, job_definition, monitoring_type=monitoring_type, name=name)

    def _job_definition(
        self, scope: Construct, definition: MonitorDefinition
    ) -> tuple[str, job_definitions.JobDefinition, dict[str, Any]]:
        tags, analysis = _tags(definition.settings.tags), definition.analysis
        if isinstance(analysis, DataQualityAnalysis):
            image = self.image_uri(scope, "DataQuality")
            properties = job_definitions.data_quality_properties(definition, analysis, image)
            data_quality = sagemaker.CfnDataQualityJobDefinition(scope, _ID, tags=tags, **properties)
            return "DataQuality", data_quality, properties
        if isinstance(analysis, ModelQualityAnalysis):
            image = self.image_uri(scope, "ModelQuality")
            properties = job_definitions.model_quality_properties(definition, analysis, image)
            model_quality = sagemaker.CfnModelQualityJobDefinition(scope, _ID, tags=tags, **properties)
            return "ModelQuality", model_quality, properties
        if isinstance(analysis, BiasAnalysis):
            image = self.image_uri(scope, "ModelBias")
            properties = job_definitions.model_bias_properties(definition, analysis, image)
            bias = sagemaker.CfnModelBiasJobDefinition(scope, _ID, tags=tags, **properties)
            return "ModelBias", bias, properties
        image = self.image_uri(scope, "ModelExplainability")
        properties = job_definitions.model_explainability_properties(definition, analysis, image)
        explainability = sagemaker.CfnModelExplainabilityJobDefinition(scope, _ID, tags=tags, **properties)
        return "ModelExplainability", explainability, properties


def _schedule(
    scope: Construct,
    definition: MonitorDefinition,
    job_definition: job_definitions.JobDefinition,
    *,
    monitoring_type: str,
    name: str,
) -> RunningMonitor:
    cfn = sagemaker.CfnMonitoringSchedule
    times = definition.schedule
    revision = [name, times.schedule_expression, times.analysis_start or "", times.analysis_end or ""]
    guard = ScheduleGuard(scope, "Guard", definition=definition, revision=Fn.join(" ", revision))
    guard.after(job_definition)
    schedule = cfn(
        scope,
        "Schedule",
        # The one physical name of the service that is pinned: the property is required, and a schedule is only replaced
        # when it changes. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-monitoringschedule.html
        monitoring_schedule_name=definition.name,
        monitoring_schedule_config=cfn.MonitoringScheduleConfigProperty(
            monitoring_job_definition_name=name,
            monitoring_type=monitoring_type,
            schedule_config=cfn.ScheduleConfigProperty(
                schedule_expression=times.schedule_expression,
                data_analysis_start_time=times.analysis_start,
                data_analysis_end_time=times.analysis_end,
            ),
        ),
        tags=_tags({**definition.settings.tags, GUARD_TAG: guard.owner, REGISTRY_TAG: definition.registry.uri}),
    )
    # Names are plain strings to CloudFormation: without this the definition could be deleted first, which the service
    # refuses.
    schedule.node.add_dependency(job_definition)
    guard.watch(schedule)
    return RunningMonitor(schedule.attr_monitoring_schedule_arn, schedule)


def _tags(tags: Mapping[str, str]) -> list[CfnTag]:
    return [CfnTag(key=key, value=value) for key, value in sorted(tags.items())]
