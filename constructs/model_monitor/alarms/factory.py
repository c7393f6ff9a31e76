"""Makes alarms: patience and what missing data mean. Metric names are made elsewhere."""

from __future__ import annotations

import math

from aws_cdk import Duration, aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms.description import AlarmTexts
from model_monitor.errors import ConfigurationError, OptionName, Setting

# A run's data points carry the start of the analysed window and arrive when the run is over: two periods later at
# worst. Alarms on them look back that far, else they would never see one.
_LATE_PERIODS = 3
# Data points of our own are written when the run ends, which is not at the same minute every time.
_OWN_PERIODS = 2
_COVERAGE_RUNS = 3
# Data points that are three hours old when they arrive can take two hours, those of a day two days, before alarms see
# them. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
_LATE_HOURS = 2
_VERY_LATE_HOURS = 48
_HOURS_OF_A_DAY = 24
# CloudWatch evaluates at most a week: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_EVALUATION = Duration.days(7)
_MAX_FEATURE = 200  # characters of a feature's name in a description


class AlarmFactory:
    """Makes a monitor's alarms; every kind has its own patience and its own meaning of missing data."""

    def __init__(self, scope: Construct, texts: AlarmTexts) -> None:
        self._scope = scope
        self._texts = texts

    def quality(
        self, name: str, metric: cloudwatch.IMetric, *, limit: float, below: bool, happened: str, late_periods: int
    ) -> cloudwatch.Alarm:
        """Rings when the model's quality is worse than a limit.

        Args:
            name: The metric's.
            metric: The metric, or its distance to the baseline's value.
            limit: What must not be passed.
            below: Whether less is worse.
            happened: What it means, in a sentence.
            late_periods: How many periods it looks back, since data points carry the start of the window as time.
        """
        comparison = cloudwatch.ComparisonOperator
        return self._alarm(
            _id("Quality", name),
            metric,
            happened=happened,
            threshold=limit,
            operator=comparison.LESS_THAN_THRESHOLD if below else comparison.GREATER_THAN_THRESHOLD,
            periods=late_periods,
            datapoints=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def label_coverage(self, metric: cloudwatch.IMetric, minimum: float) -> cloudwatch.Alarm:
        """Rings when captured records do not find their labels."""
        return self._alarm(
            "LabelCoverage",
            metric,
            happened=f"In {_COVERAGE_RUNS} runs in a row less than {minimum:.4g} of the captured records found their "
            "label. Either labels do not arrive in time (give the ground truth longer offsets), or their event ids are "
            "not those of the captured records.",
            threshold=minimum,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=_COVERAGE_RUNS,
            datapoints=_COVERAGE_RUNS,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def bias(
        self, id: str, metric: cloudwatch.IMetric, *, limit: float, happened: str, late_periods: int
    ) -> cloudwatch.Alarm:
        """Rings when a bias metric lies further from its ideal value than a limit."""
        return self._alarm(
            _id("Bias", id),
            metric,
            happened=happened,
            threshold=limit,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            periods=late_periods,
            datapoints=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def drift(self, feature: str, metric: cloudwatch.IMetric, threshold: float) -> cloudwatch.Alarm:
        """Rings when one feature's distance to the baseline exceeds a threshold."""
        return self._alarm(
            _id("Drift", feature),
            metric,
            happened=f"Feature {_quoted(feature)} has drifted: its distance to the baseline is above {threshold:g}.",
            threshold=threshold,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            periods=_LATE_PERIODS,
            datapoints=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def mean_shift(self, feature: str, metric: cloudwatch.IMetric, limit: float, deviations: float) -> cloudwatch.Alarm:
        """Rings when one feature's mean has moved by more than the baseline's own spread explains."""
        return self._alarm(
            _id("MeanShift", feature),
            metric,
            happened=f"The mean of feature {_quoted(feature)} lies more than {deviations:g} standard deviations from "
            "the baseline's.",
            threshold=limit,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            periods=_LATE_PERIODS,
            datapoints=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def any_violation(self, metric: cloudwatch.IMetric) -> cloudwatch.Alarm:
        """Rings when a run reports violations."""
        return self._alarm(
            "AnyViolation",
            metric,
            happened=f"A run of the {self._texts.monitor} monitor broke the baseline's constraints; its message says "
            "which.",
            threshold=1,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=_OWN_PERIODS,
            datapoints=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def execution_failed(self, metric: cloudwatch.IMetric) -> cloudwatch.Alarm:
        """Rings when a run fails."""
        return self._alarm(
            "ExecutionFailed",
            metric,
            happened="A run failed, so that hour's traffic was not checked; the message of the run has the reason.",
            threshold=1,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=_OWN_PERIODS,
            datapoints=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def silence(self, metric: cloudwatch.IMetric, periods: int, period: Duration) -> cloudwatch.Alarm:
        """Rings when runs have stopped. A deployment counts as a sign of life, so that a new monitor does not ring."""
        _require_week("silence_after", periods, period)
        return self._alarm(
            "Silence",
            metric,
            happened=f"No run has ended for {periods} periods of {period.to_hours():g} h: nobody is watching the "
            "traffic. Look whether the schedule is stopped and whether its role and endpoint still exist.",
            threshold=1,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=periods,
            datapoints=periods,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def no_data(
        self, metric: cloudwatch.IMetric, runs: int, period: Duration, *, labels_uri: str | None
    ) -> cloudwatch.Alarm:
        """Rings when runs find no captured traffic, or no labels.

        Args:
            metric: Counts such runs.
            runs: How many of them in a row.
            period: Time between two runs.
            labels_uri: Where labels are expected, by a monitor that needs them.
        """
        _require_week("no_data_after", runs, period)
        return self._alarm(
            "NoData",
            metric,
            happened=f"{runs} runs in a row found no captured traffic{', or no labels' if labels_uri else ''}. Either "
            "nobody calls the model, or its data capture is off, writes elsewhere, or the disks of an endpoint's "
            f"instances are more than 75 % full{f', or no labels arrive at {labels_uri}' if labels_uri else ''}.",
            threshold=1,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=runs,
            datapoints=runs,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _alarm(
        self,
        id: str,
        metric: cloudwatch.IMetric,
        *,
        happened: str,
        threshold: float,
        operator: cloudwatch.ComparisonOperator,
        periods: int,
        datapoints: int,
        missing: cloudwatch.TreatMissingData,
    ) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self._scope,
            id,
            metric=metric,
            alarm_description=self._texts.describe(happened, missing=_MEANING[missing]),
            threshold=threshold,
            comparison_operator=operator,
            evaluation_periods=periods,
            datapoints_to_alarm=datapoints,
            treat_missing_data=missing,
        )


def late_periods(period: Duration, delay: Duration) -> int:
    """How many periods an alarm must look back to see data points that lie in the past.

    Args:
        period: Time between two runs.
        delay: How much earlier than usual the analysed window starts.

    Raises:
        ConfigurationError: No alarm can look back that far.
    """
    hours, late = period.to_hours(), delay.to_hours()
    if not late:
        return _LATE_PERIODS
    wait = _LATE_HOURS if late + hours < _HOURS_OF_A_DAY else _VERY_LATE_HOURS
    periods = _LATE_PERIODS + math.ceil((late + wait) / hours)
    if periods * period.to_seconds() > _MAX_EVALUATION.to_seconds():
        raise ConfigurationError(
            got=f"alarms on metrics whose data points lie {late:g} h and more in the past",
            expected="data points that CloudWatch has within a week, since an alarm looks back a week at most",
            fix=(
                "use ",
                OptionName("any_violation"),
                ", whose metric is written when a run ends, with thresholds in the constraints",
            ),
        )
    return periods


def _id(kind: str, feature: str) -> str:
    # A slash parts construct ids, and CDK would turn it into "--", which another feature's name may have.
    return kind + feature.replace("%", "%25").replace("/", "%2F")


def _quoted(feature: str) -> str:
    return f"'{feature[:_MAX_FEATURE]}'"


def _require_week(option: str, periods: int, period: Duration) -> None:
    if periods * period.to_seconds() > _MAX_EVALUATION.to_seconds():
        most = int(_MAX_EVALUATION.to_seconds() // period.to_seconds())
        raise ConfigurationError(
            option=("alarms", option),
            got=(Setting(option, periods), f" with a run every {period.to_hours():g} hours"),
            expected=f"at most {most}, since an alarm looks back a week at most",
            fix=("use ", Setting(option, most), " or less"),
        )


_MEANING = {
    cloudwatch.TreatMissingData.NOT_BREACHING: "OK; silence has an alarm of its own",
    cloudwatch.TreatMissingData.BREACHING: "ALARM",
}
