"""Namespaces, names and dimensions of every metric. Nothing else in the library spells one out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, Token, aws_cloudwatch as cloudwatch

from model_monitor.errors import ConfigurationError
from model_monitor.inputs.monitor_input import MonitorInput

# Working alarms and dashboards use this spelling without a leading slash and the dimensions Endpoint and
# MonitoringSchedule; the guide's page shows others that match nothing
# (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html).
_ENDPOINT_ROOT = "aws/sagemaker/Endpoints"
_BATCH_ROOT = "aws/sagemaker/ModelMonitoring"
DATA_QUALITY = "data-metrics"
MODEL_QUALITY = "model-metrics"
BIAS = "bias-metrics"
EXPLAINABILITY = "explainability-metrics"

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html and API_Dimension.html
_MAX_NAME = 255

OWN_NAMESPACE = "ModelMonitoring"
"""Where the results function publishes what AWS does not: one datum per run."""

SERVICE_NAMESPACE_PATTERNS = ("aws/sagemaker/*", "/aws/sagemaker/*")
"""Namespaces that a job's role may publish to; both spellings, since the documentation uses both."""


def namespace(input: MonitorInput, kind: str) -> str:
    """The service's namespace for a kind of monitor.

    Args:
        input: What is monitored; batch transform has a root of its own.
        kind: `DATA_QUALITY`, `MODEL_QUALITY`, `BIAS` or `EXPLAINABILITY`.
    """
    return f"{_BATCH_ROOT if input.endpoint_name is None else _ENDPOINT_ROOT}/{kind}"


def dimensions(input: MonitorInput, schedule_name: str) -> dict[str, str]:
    """What all metrics of one monitor have in common. Those of batch transform have no `Endpoint`."""
    endpoint = {} if input.endpoint_name is None else {"Endpoint": input.endpoint_name}
    return {**endpoint, "MonitoringSchedule": schedule_name}


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
        """A metric that the analyzer publishes. Its data points carry the start of the analysed window as time.

        Raises:
            ConfigurationError: CloudWatch has no such name or dimension.
        """
        _require_name(name)
        for dimension in (extra_dimensions or {}).values():
            _require_dimension(dimension)
        return cloudwatch.Metric(
            namespace=self.namespace,
            metric_name=name,
            dimensions_map={**self.dimensions, **(extra_dimensions or {})},
            period=self.period,
            statistic=statistic,
            label=label,
        )

    def own(self, name: str, *, statistic: str = cloudwatch.Stats.SUM, label: str | None = None) -> cloudwatch.Metric:
        """A metric that the results function publishes when a run has ended."""
        return cloudwatch.Metric(
            namespace=OWN_NAMESPACE,
            metric_name=name,
            dimensions_map=dict(self.dimensions),
            period=self.period,
            statistic=statistic,
            label=label,
        )


def _require_name(name: str) -> None:
    if not Token.is_unresolved(name) and len(name) > _MAX_NAME:
        raise ConfigurationError(
            got=f"the metric {name[:60]}..., {len(name)} characters long",
            expected="at most 255",
            fix="give the feature a shorter name in the dataset",
        )


def _require_dimension(value: str) -> None:
    if not Token.is_unresolved(value) and not (value.isascii() and value.strip() and not value.startswith(":")):
        raise ConfigurationError(
            got=f"{value!r} as the value of a dimension",
            expected="ASCII characters, at least one of them no space, not starting with a colon",
            fix="give the feature such a name in the dataset, or use a metric without a Feature dimension",
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


def bias(name: str) -> str:
    """A bias metric by its short name.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-cw.html
    """
    return f"bias_metric_{name}"


def attribution(feature: str) -> str:
    """Global SHAP value of a feature.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-feature-attribute-drift-cw.html
    """
    return f"feature_{feature}"


EXECUTIONS = "Executions"
"""1 for every run; a deployment of the monitor writes a 0, which counts no run but is a sign of life."""
FAILED_EXECUTIONS = "FailedExecutions"
NO_DATA = "NoData"
VIOLATIONS = "Violations"
LABEL_COVERAGE = "LabelCoverage"
"""Share of the captured records that found their label, 0 to 1."""
