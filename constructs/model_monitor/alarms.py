"""Which alarms a monitor has: thresholds, patience and what missing data mean. Metric names are made elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration, Token, aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.errors import ConfigurationError

# A run's data points carry the start of the analysed window and arrive when the run is over: two periods later at
# worst. Alarms on them look back that far, else they would never see one.
_LATE_PERIODS = 3
# Data points of our own are written when the run ends, which is not at the same minute every time.
_OWN_PERIODS = 2
# CloudWatch evaluates at most a week: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_EVALUATION = Duration.days(7)
_MAX_DESCRIPTION = 1024
_MAX_FEATURE = 200  # characters of a feature's name in a description
# What a token stands for is known later: names of buckets and endpoints, which have 63 characters at most.
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_TOKEN_LENGTH = 63


@dataclass(frozen=True, kw_only=True)
class DataQualityAlarms:
    """Which alarms a data-quality monitor has. Each is part of the endpoint's composite alarm, which notifies.

    Attributes:
        drift: Alarm on single features: name to drift distance (0 to 1) above which it rings. Default: none.
        mean_shift: Alarm when a feature's mean moves: name to allowed shift in the baseline's standard deviations. It
            sees what the drift distance cannot: flags, small integers, constants. Default: none.
        mean_shift_minimum_records: Runs with fewer records do not ring a mean-shift alarm. Default: 30.
        any_violation: Alarm when a run reports any violation. Default: on.
        execution_failed: Alarm when a run fails. Default: on.
        silence_after: Alarm when no run has ended for this many periods; `None` for never. Default: 3.
        no_data_after: Alarm when this many runs in a row found no captured traffic; `None` for never. Default: 3.
    """

    drift: Mapping[str, float] = field(default_factory=dict)
    mean_shift: Mapping[str, float] = field(default_factory=dict)
    mean_shift_minimum_records: int = 30
    any_violation: bool = True
    execution_failed: bool = True
    silence_after: int | None = 3
    no_data_after: int | None = 3

    def __post_init__(self) -> None:
        for feature in (*self.drift, *self.mean_shift):
            if not feature or Token.is_unresolved(feature):
                raise ConfigurationError(
                    got=f"an alarm on the feature {feature!r}",
                    expected="a name that is known at synthesis",
                    fix="write the feature's name as it is in the baseline",
                )
        for feature, threshold in self.drift.items():
            if not 0 <= threshold < 1:
                raise ConfigurationError(
                    got=f"a drift threshold of {threshold} for {feature!r}",
                    expected="a distance from 0 up to, not including, 1",
                    fix="0.1 is the service's own default; 0.3 is a large change",
                )
        for feature, deviations in self.mean_shift.items():
            if deviations <= 0:
                raise ConfigurationError(
                    got=f"a mean shift of {deviations} for {feature!r}",
                    expected="a positive number of standard deviations",
                    fix="0.5 is a visible change, 1 a large one",
                )
        if self.mean_shift_minimum_records < 1:
            raise ConfigurationError(
                got=f"mean_shift_minimum_records={self.mean_shift_minimum_records}",
                expected="1 or more records",
                fix="30 is a sensible minimum for a mean",
            )
        for name, periods in (("silence_after", self.silence_after), ("no_data_after", self.no_data_after)):
            if periods is not None and periods < 1:
                raise ConfigurationError(
                    got=f"{name}={periods}", expected="1 or more periods", fix=f"use {name}=None for no such alarm"
                )


def fitting_description(*parts: str) -> str:
    """Joins as many parts as an alarm's description holds; the first one is never left out.

    Whole parts are left out rather than cut: half a token would be nonsense in the template.

    Args:
        *parts: Sentences, the most important first; empty ones are skipped.
    """
    chosen: list[str] = []
    room = _MAX_DESCRIPTION
    for part in filter(None, parts):
        length = len(_TOKEN.sub("x" * _TOKEN_LENGTH, part)) + 1
        if length <= room or not chosen:
            chosen.append(part)
            room -= length
    return " ".join(chosen)


@dataclass(frozen=True)
class AlarmTexts:
    """What the descriptions of a monitor's alarms share.

    Attributes:
        endpoint_name: Endpoint.
        monitor: Kind of monitor in words.
        schedule_name: Schedule.
        reports_uri: Where reports lie.
        runbook_url: What to do, if the team wrote it down.
    """

    endpoint_name: str
    monitor: str
    schedule_name: str
    reports_uri: str
    runbook_url: str | None

    def describe(self, happened: str, *, missing: str) -> str:
        """A description for a person on call: what happened, where to look, what silence means."""
        return fitting_description(
            f"{happened} Endpoint {self.endpoint_name}, {self.monitor} monitor {self.schedule_name}.",
            f"Runbook: {self.runbook_url}." if self.runbook_url else "",
            f"Without data: {missing}.",
            f"Reports: {self.reports_uri}.",
        )


class AlarmFactory:
    """Makes a monitor's alarms; every kind has its own patience and its own meaning of missing data."""

    def __init__(self, scope: Construct, texts: AlarmTexts) -> None:
        self._scope = scope
        self._texts = texts

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
            happened="A run found data that break the baseline's constraints; the message of the run says which.",
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

    def no_data(self, metric: cloudwatch.IMetric, runs: int, period: Duration) -> cloudwatch.Alarm:
        """Rings when runs find no captured traffic."""
        _require_week("no_data_after", runs, period)
        return self._alarm(
            "NoData",
            metric,
            happened=f"{runs} runs in a row found no captured traffic. Either nobody calls the endpoint, or its data "
            "capture is off, writes elsewhere, or its instances' disks are more than 75 % full.",
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


def _id(kind: str, feature: str) -> str:
    # A slash parts construct ids, and CDK would turn it into "--", which another feature's name may have.
    return kind + feature.replace("%", "%25").replace("/", "%2F")


def _quoted(feature: str) -> str:
    return f"'{feature[:_MAX_FEATURE]}'"


def _require_week(option: str, periods: int, period: Duration) -> None:
    if periods * period.to_seconds() > _MAX_EVALUATION.to_seconds():
        most = int(_MAX_EVALUATION.to_seconds() // period.to_seconds())
        raise ConfigurationError(
            got=f"{option}={periods} with a run every {period.to_hours():g} hours",
            expected=f"at most {most}, since an alarm looks back a week at most",
            fix=f"use {option}={most} or less",
        )


_MEANING = {
    cloudwatch.TreatMissingData.NOT_BREACHING: "OK; silence has an alarm of its own",
    cloudwatch.TreatMissingData.BREACHING: "ALARM",
}
