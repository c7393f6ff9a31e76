"""Namespaces, names and dimensions of every metric. Nothing else in the library spells one out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, aws_cloudwatch as cloudwatch

# Working alarms and dashboards use this spelling without a leading slash and the dimensions Endpoint and
# MonitoringSchedule; the guide's page shows others that match nothing
# (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html).
DATA_QUALITY_ENDPOINT_NAMESPACE = "aws/sagemaker/Endpoints/data-metrics"

OWN_NAMESPACE = "ModelMonitoring"
"""Where the results function publishes what AWS does not: one datum per run."""

SERVICE_NAMESPACE_PATTERNS = ("aws/sagemaker/*", "/aws/sagemaker/*")
"""Namespaces that a job's role may publish to; both spellings, since the documentation uses both."""


@dataclass(frozen=True)
class MonitorMetrics:
    """Makes the metrics of one monitor.

    Attributes:
        namespace: The service's namespace for this kind of monitor.
        dimensions: Endpoint and schedule.
        period: Time between two data points.
    """

    namespace: str
    dimensions: Mapping[str, str]
    period: Duration

    def service(
        self, name: str, *, statistic: str, extra_dimensions: Mapping[str, str] | None = None, label: str | None = None
    ) -> cloudwatch.Metric:
        """A metric that the analyzer publishes. Its data points carry the start of the analysed window as time."""
        return cloudwatch.Metric(
            namespace=self.namespace,
            metric_name=name,
            dimensions_map={**self.dimensions, **(extra_dimensions or {})},
            period=self.period,
            statistic=statistic,
            label=label,
        )

    def own(self, name: str, *, label: str | None = None) -> cloudwatch.Metric:
        """A metric that the results function publishes when a run has ended."""
        return cloudwatch.Metric(
            namespace=OWN_NAMESPACE,
            metric_name=name,
            dimensions_map=dict(self.dimensions),
            period=self.period,
            statistic=cloudwatch.Stats.SUM,
            label=label,
        )


def feature_drift(feature: str) -> str:
    """Distance to the baseline."""
    return f"feature_baseline_drift_{feature}"


def feature_data(feature: str) -> str:
    """The values of a numerical feature, as a statistic set."""
    return f"feature_data_{feature}"


def feature_non_null(feature: str) -> str:
    """Number of records that have a value."""
    return f"feature_non_null_{feature}"


def feature_completeness(feature: str) -> str:
    """Share of records that have a value; published with the further dimension `Feature` by containers since 2023."""
    return f"feature_completeness_{feature}"


EXECUTIONS = "Executions"
FAILED_EXECUTIONS = "FailedExecutions"
NO_DATA = "NoData"
VIOLATIONS = "Violations"
DEPLOYMENTS = "Deployments"
