"""Namespaces, names and dimensions of every metric. Nothing else in the library spells one out.

Alarms use metrics of our own, which the results function publishes from the report of each run. The service publishes
metrics of features too, but under dimensions that differ between its samples and its own dashboard, and with the start
of the analysed window as their time: data points that are a day old can take two days to appear
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html). Our own are certain in name
and dimensions, and are written when a run has ended.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

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
_MAX_LENGTH = 255
_SAFE = "".join(character for character in string.printable if character.isprintable() and character != "%")
_DIGEST_LENGTH = 8

OWN_NAMESPACE = "ModelMonitoring"
"""Where the results function publishes: one datum per run."""

SERVICE_NAMESPACE_PATTERNS = ("aws/sagemaker/*", "/aws/sagemaker/*")
"""Namespaces that a job's role may publish to; both spellings, since the documentation uses both."""

EXECUTIONS = "Executions"
"""1 for every run; a deployment of the monitor writes a 0, which counts no run but is a sign of life."""
FAILED_EXECUTIONS = "FailedExecutions"
NO_DATA = "NoData"
VIOLATIONS = "Violations"
LABEL_COVERAGE = "LabelCoverage"
"""Share of the captured records that found their label, 0 to 1."""
CAPTURE_AGE = "CaptureAge"
"""Seconds since the newest record was captured, when a run ended."""
RECORDS_LEFT_OUT = "RecordsLeftOut"
SHARE_LEFT_OUT = "ShareLeftOut"
"""Records that do not have the columns of the baseline, and their share of all, 0 to 1."""
FEATURE_DRIFT = "FeatureDrift"
FEATURE_COMPLETENESS = "FeatureCompleteness"
FEATURE_MEAN = "FeatureMean"
FEATURE_RECORDS = "FeatureRecords"
QUALITY = "ModelQuality"
BIAS_METRIC = "Bias"
ATTRIBUTION = "Attribution"


def namespace(input: MonitorInput, kind: str) -> str:
    """Return the service's namespace for a kind of monitor.

    Args:
        input: What is monitored; batch transform has a root of its own.
        kind: `DATA_QUALITY`, `MODEL_QUALITY`, `BIAS` or `EXPLAINABILITY`.
    """
    return f"{_BATCH_ROOT if input.endpoint_name is None else _ENDPOINT_ROOT}/{kind}"


def dimensions(input: MonitorInput, schedule_name: str) -> dict[str, str]:
    """Return what all metrics of one monitor have in common. Those of batch transform have no `Endpoint`."""
    endpoint = {} if input.endpoint_name is None else {"Endpoint": input.endpoint_name}
    return {**endpoint, "MonitoringSchedule": schedule_name}


def dimension_text(value: str) -> str:
    """Return a text as CloudWatch takes it for a dimension: printable ASCII, not blank, at most 255 characters.

    The results function does the same, so that both find the same metric.

    Example:
        >>> dimension_text("größe")
        'gr%C3%B6%C3%9Fe'
    """
    is_plain = value.isascii() and value.isprintable() and bool(value.strip()) and not value.startswith(":")
    text = value if is_plain else quote(value, safe=_SAFE.replace(":", "").replace(" ", ""))
    if len(text) <= _MAX_LENGTH:
        return text
    digest = hashlib.sha256(value.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{text[: _MAX_LENGTH - _DIGEST_LENGTH - 1]}-{digest}"


@dataclass(frozen=True)
class MonitorMetrics:
    """Make the metrics of one monitor.

    Attributes:
        namespace: The service's namespace for this kind of monitor.
        dimensions: Endpoint and schedule.
        period: Time between two data points.
    """

    namespace: str
    dimensions: Mapping[str, str]
    period: Duration

    def service(
        self, name: str, *, statistic: str, extra_dimensions: Mapping[str, str] | None = None
    ) -> cloudwatch.Metric:
        """Return a metric that the analyzer publishes. Its data points carry the start of the analysed window as time.

        Raises:
            ConfigurationError: CloudWatch has no such name.
        """
        if not Token.is_unresolved(name) and len(name) > _MAX_LENGTH:
            raise ConfigurationError(
                got=f"the metric {name[:60]}..., {len(name)} characters long",
                expected="at most 255",
                fix="give the feature a shorter name in the dataset",
            )
        return self._metric(self.namespace, name, statistic, extra_dimensions or {}, label=None)

    def own(
        self,
        name: str,
        *,
        statistic: str = cloudwatch.Stats.SUM,
        extra_dimensions: Mapping[str, str] | None = None,
        label: str | None = None,
    ) -> cloudwatch.Metric:
        """Return a metric that the results function publishes when a run has ended."""
        extra = {key: dimension_text(value) for key, value in (extra_dimensions or {}).items()}
        return self._metric(OWN_NAMESPACE, name, statistic, extra, label=label)

    def _metric(
        self, namespace: str, name: str, statistic: str, extra: Mapping[str, str], *, label: str | None
    ) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map={**self.dimensions, **extra},
            period=self.period,
            statistic=statistic,
            label=label,
        )
