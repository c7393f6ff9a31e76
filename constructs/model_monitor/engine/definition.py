"""What a monitor tells the engine that runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from model_monitor.baseline.resource import BaselineResource
from model_monitor.inputs.attributes import CapturedAttributes
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.internal.access import AccessRole
from model_monitor.internal.deployment import Deployment
from model_monitor.jobs.schedule import MonitorSchedule
from model_monitor.jobs.settings import JobSettings
from model_monitor.model_quality.problem import ProblemType
from model_monitor.s3_location import S3Location


@dataclass(frozen=True)
class DataQualityAnalysis:
    """Compare the distribution of every feature.

    Attributes:
        statistics_uri: The baseline's statistics.
        preprocessor_uri: Script that runs on every record.
        postprocessor_uri: Script that runs at the end.
    """

    statistics_uri: str
    preprocessor_uri: str | None
    postprocessor_uri: str | None


@dataclass(frozen=True)
class ModelQualityAnalysis:
    """Compare predictions with the truth.

    Attributes:
        problem: What the model predicts.
        ground_truth: The true outcomes.
        preprocessor_uri: Script that runs on every record.
        postprocessor_uri: Script that runs at the end.
    """

    problem: ProblemType
    ground_truth: GroundTruth
    preprocessor_uri: str | None
    postprocessor_uri: str | None


@dataclass(frozen=True)
class BiasAnalysis:
    """Compare how groups are treated.

    Attributes:
        config_uri: Clarify's analysis configuration.
        attributes: Where predictions are in captured records.
        ground_truth: The true outcomes.
    """

    config_uri: str
    attributes: CapturedAttributes
    ground_truth: GroundTruth


@dataclass(frozen=True)
class ExplainabilityAnalysis:
    """Compare what predictions depend on.

    Attributes:
        config_uri: Clarify's analysis configuration.
        attributes: Where features and predictions are in captured records.
    """

    config_uri: str
    attributes: CapturedAttributes


Analysis: TypeAlias = DataQualityAnalysis | ModelQualityAnalysis | BiasAnalysis | ExplainabilityAnalysis


@dataclass(frozen=True)
class MonitorDefinition:
    """What an engine needs to know of a monitor.

    Attributes:
        name: Name of the schedule.
        analysis: What is compared, and how.
        input: What is monitored.
        schedule: When.
        baseline: What the traffic is compared with.
        output: Where reports go.
        settings: How jobs run.
        after: What must exist before, and be deleted after.
        access: The role that our functions assume for this monitor.
        deployment: The function behind custom resources.
        registry: Where monitors are registered with the results function.
        registration: What the results function must know, asked for when the template is written.
    """

    name: str
    analysis: Analysis
    input: MonitorInput
    schedule: MonitorSchedule
    baseline: BaselineResource
    output: S3Location
    settings: JobSettings
    after: Sequence[IConstruct]
    access: AccessRole
    deployment: Deployment
    registry: S3Location
    registration: Callable[[], Mapping[str, object]]


@dataclass(frozen=True)
class RunningMonitor:
    """What an engine made.

    Attributes:
        schedule_arn: ARN of the schedule.
        construct: The schedule.
    """

    schedule_arn: str
    construct: Construct


class IMonitorEngine(Protocol):
    """Run monitors."""

    def image_uri(self, scope: Construct, monitor_type: str) -> str:
        """Image of the analysis, for baseline jobs."""
        ...

    def grant_images(self, scope: Construct, role: iam.IRole, monitor_type: str) -> None:
        """Let a job's role pull the images of its runs."""
        ...

    def run(self, scope: Construct, definition: MonitorDefinition) -> RunningMonitor:
        """Make what runs a monitor."""
        ...
