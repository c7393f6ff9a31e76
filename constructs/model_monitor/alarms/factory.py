"""Makes alarms: patience and what missing data mean. Metric names are made elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from aws_cdk import Duration, aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms.description import AlarmTexts
from model_monitor.errors import ConfigurationError, Setting
from model_monitor.internal.amounts import hours_of, in_words
from model_monitor.internal.unchecked import make

# Data points are written when a run ends, which is not at the same minute every time.
_PERIODS = 2
_COVERAGE_RUNS = 3
# CloudWatch evaluates at most a week: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_EVALUATION_HOURS = 7 * 24
_MAX_FEATURE = 200  # characters of a feature's name in a description
_OK = cloudwatch.TreatMissingData.NOT_BREACHING
_SAME = cloudwatch.TreatMissingData.IGNORE
_ALARM = cloudwatch.TreatMissingData.BREACHING
_MEANING = {
    _OK: "OK; silence has an alarm of its own",
    _SAME: "the alarm stays as it is, because a run that could not check proves nothing",
    _ALARM: "ALARM",
}


class AlarmFactory:
    """Make a monitor's alarms; every kind has its own patience and its own meaning of missing data."""

    def __init__(
        self, scope: Construct, texts: AlarmTexts, *, watch: Callable[[str, cloudwatch.IMetric], None]
    ) -> None:
        """Make no alarm yet.

        Args:
            scope: The monitor.
            texts: What the alarms say.
            watch: Is told title and metric of each alarm.
        """
        self._scope = scope
        self._texts = texts
        self._watch = watch

    def limit(
        self, id: str, title: str, metric: cloudwatch.IMetric, *, limit: float, happened: str, below: bool = False
    ) -> cloudwatch.Alarm:
        """Make the alarm that the last checked run was beyond a limit.

        A run that could not check publishes nothing, and the alarm stays as it is.

        Args:
            id: Construct id.
            title: What people read first, for example `drift of age`.
            metric: What runs publish.
            limit: What must not be passed.
            happened: What it means, in a sentence.
            below: Whether less is worse. Default: more is.
        """
        comparison = cloudwatch.ComparisonOperator
        return self._alarm(
            _id(id),
            title,
            metric,
            happened=happened,
            threshold=limit,
            operator=comparison.LESS_THAN_THRESHOLD if below else comparison.GREATER_THAN_THRESHOLD,
            periods=1,
            datapoints=1,
            missing=_SAME,
            more=self._texts.commands.report,
        )

    def label_coverage(self, metric: cloudwatch.IMetric, minimum: float) -> cloudwatch.Alarm:
        """Make the alarm that captured records do not find their labels."""
        return self._alarm(
            "LabelCoverage",
            "labels are missing",
            metric,
            happened=f"In {_COVERAGE_RUNS} runs in a row less than {minimum:.4g} of the captured records found their "
            "label. Either labels do not arrive in time (give the ground truth longer offsets), or their event ids are "
            "not those of the captured records.",
            threshold=minimum,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=_COVERAGE_RUNS,
            datapoints=_COVERAGE_RUNS,
            missing=_OK,
            more=self._texts.commands.doctor,
        )

    def any_violation(self, metric: cloudwatch.IMetric) -> cloudwatch.Alarm:
        """Make the alarm that a run reports violations."""
        return self._count(
            "AnyViolation",
            "violations",
            metric,
            f"A run of the {self._texts.monitor} monitor broke the baseline's constraints; its message says which.",
            more=self._texts.commands.report,
        )

    def execution_failed(self, metric: cloudwatch.IMetric) -> cloudwatch.Alarm:
        """Make the alarm that a run failed."""
        return self._count(
            "ExecutionFailed",
            "run failed",
            metric,
            "A run failed, so the traffic of its window was not checked; the message of the run has the reason.",
            more=self._texts.commands.doctor,
        )

    def silence(self, metric: cloudwatch.IMetric, periods: int, period: Duration) -> cloudwatch.Alarm:
        """Make the alarm that runs have stopped. A deployment counts as a sign of life: a new monitor has not run."""
        _require_week("silence_after", periods, period)
        return self._alarm(
            "Silence",
            "no runs",
            metric,
            happened=f"No run has ended for {periods} periods of {hours_of(period):g} h: nobody is watching the "
            "traffic. Check whether the schedule is stopped and whether its role and endpoint still exist.",
            threshold=1,
            operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=periods,
            datapoints=periods,
            missing=_ALARM,
            more=self._texts.commands.doctor,
        )

    def no_data(
        self, metric: cloudwatch.IMetric, runs: int, period: Duration, *, labels_uri: str | None
    ) -> cloudwatch.Alarm:
        """Make the alarm that runs find no captured traffic, or no labels.

        Args:
            metric: Counts such runs.
            runs: How many of them in a row.
            period: Time between two runs.
            labels_uri: Where labels are expected, by a monitor that needs them.
        """
        _require_week("no_data_after", runs, period)
        return self._alarm(
            "NoData",
            "no data",
            metric,
            happened=f"{runs} runs in a row found no captured traffic{', or no labels' if labels_uri else ''}. Either "
            "nobody calls the model, or its data capture is off, writes elsewhere, or the disks of an endpoint's "
            f"instances are more than 75 % full{f', or no labels arrive at {labels_uri}' if labels_uri else ''}.",
            threshold=1,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=runs,
            datapoints=runs,
            missing=_OK,
            more=self._texts.commands.doctor,
        )

    def _count(self, id: str, title: str, metric: cloudwatch.IMetric, happened: str, *, more: str) -> cloudwatch.Alarm:
        return self._alarm(
            id,
            title,
            metric,
            happened=happened,
            threshold=1,
            operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=_PERIODS,
            datapoints=1,
            missing=_OK,
            more=more,
        )

    def _alarm(
        self,
        id: str,
        title: str,
        metric: cloudwatch.IMetric,
        *,
        happened: str,
        threshold: float,
        operator: cloudwatch.ComparisonOperator,
        periods: int,
        datapoints: int,
        missing: cloudwatch.TreatMissingData,
        more: str,
    ) -> cloudwatch.Alarm:
        self._watch(title, metric)
        options = {
            "alarmName": self._texts.name(title),
            "metric": metric,
            "alarmDescription": self._texts.describe(happened, missing=_MEANING[missing], more=more),
            "threshold": threshold,
            "comparisonOperator": operator,
            "evaluationPeriods": periods,
            "datapointsToAlarm": datapoints,
            "treatMissingData": missing,
        }
        return make(cloudwatch.Alarm, self._scope, id, options)


def quoted(feature: str) -> str:
    """Return a feature's name as a description shows it."""
    return f"'{feature[:_MAX_FEATURE]}'"


def _id(text: str) -> str:
    # A slash parts construct ids, and CDK would turn it into "--", which another feature's name may have.
    return text.replace("%", "%25").replace("/", "%2F")


def _require_week(option: str, periods: int, period: Duration) -> None:
    if periods * hours_of(period) > _MAX_EVALUATION_HOURS:
        most = int(_MAX_EVALUATION_HOURS // hours_of(period))
        raise ConfigurationError(
            option=("alarms", option),
            got=(Setting(option, periods), f" with a run every {in_words(hours_of(period))}"),
            expected=f"at most {most}, since an alarm looks back a week at most",
            fix=("use ", Setting(option, most), " or less"),
        )
