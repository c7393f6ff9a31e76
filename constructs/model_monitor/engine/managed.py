"""Amazon SageMaker Model Monitor as the engine."""

from __future__ import annotations

from collections.abc import Mapping

import jsii
from aws_cdk import CfnResource, aws_iam as iam
from constructs import Construct

from model_monitor.engine.definition import MonitorDefinition, RunningMonitor
from model_monitor.engine.job_definitions import job_definition_properties, monitor_type
from model_monitor.engine.names import definition_name
from model_monitor.engine.schedule_guard import GUARD_TAG, REGISTRY_TAG, ScheduleGuard
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import allow
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.statements import Statement
from model_monitor.internal.unchecked import l1_class, make
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


@checked
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
        statements = [
            Statement(
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources=[image.repository_arn(scope) for image in _IMAGES[monitor_type]],
            ),
            # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
            Statement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        ]
        allow(role, statements, "ecr:GetAuthorizationToken has no resources.")

    def run(self, scope: Construct, definition: MonitorDefinition) -> RunningMonitor:
        """Make a job definition and its schedule."""
        kind = monitor_type(definition.analysis)
        made: list[CfnResource] = []
        name = definition_name(definition, made)
        job_definition = make(
            l1_class("aws_sagemaker", f"Cfn{kind}JobDefinition"),
            scope,
            _ID,
            {
                **job_definition_properties(definition, self.image_uri(scope, kind)),
                "jobDefinitionName": name,
                "tags": _tags(definition.settings.tags),
            },
        )
        stack_of(job_definition, parent=scope)
        made.append(job_definition)
        job_definition.node.add_dependency(*definition.after)
        return _schedule(scope, definition, job_definition, monitoring_type=kind, name=name)


def _schedule(
    scope: Construct, definition: MonitorDefinition, job_definition: CfnResource, *, monitoring_type: str, name: str
) -> RunningMonitor:
    times = definition.schedule
    revision = [name, times.schedule_expression, times.analysis_start or "", times.analysis_end or ""]
    guard = ScheduleGuard(scope, "Guard", definition=definition, revision=" ".join(revision), after=job_definition)
    schedule = make(
        l1_class("aws_sagemaker", "CfnMonitoringSchedule"),
        scope,
        "Schedule",
        {
            # The one physical name of the service that is pinned: the property is required, and a schedule is only
            # replaced when it changes. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-monitoringschedule.html
            "monitoringScheduleName": definition.name,
            "monitoringScheduleConfig": {
                "monitoringJobDefinitionName": name,
                "monitoringType": monitoring_type,
                "scheduleConfig": {
                    "scheduleExpression": times.schedule_expression,
                    **({"dataAnalysisStartTime": times.analysis_start} if times.analysis_start else {}),
                    **({"dataAnalysisEndTime": times.analysis_end} if times.analysis_end else {}),
                },
            },
            "tags": _tags({**definition.settings.tags, GUARD_TAG: guard.owner, REGISTRY_TAG: definition.registry.uri}),
        },
    )
    # Names are plain strings to CloudFormation: without this the definition could be deleted first, which the service
    # refuses.
    schedule.node.add_dependency(job_definition, guard.before_change)
    guard.watch(schedule)
    return RunningMonitor(jsii.get(schedule, "attrMonitoringScheduleArn"), schedule)


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]
