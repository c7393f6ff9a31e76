"""Data points that bring an alarm into ALARM, and those that bring it back.

Bad points are dated back, so that they leave the periods that an alarm looks at after some minutes: counted from now,
each lies at the far end of its period. Good points, dated now, then take their places. An alarm that looks back further
than CloudWatch shows old points at once gets its bad point now, and needs its whole time to come back.

Expressions are those that the library gives its alarms; those of others are not understood.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

NAMESPACE = "ModelMonitoring"
MARGIN = timedelta(minutes=10)
"""After this time back-dated points have left their periods."""
_AT_ONCE = timedelta(hours=3)
"""Older points appear late.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""
# An average must be moved whatever real points say.
_WEIGHT = 1000
_TIMES_ENOUGH = 10
_MOST_DATA = 500
_NATURAL = (0.0, 1.0)
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_MEAN_SHIFT = re.compile(r"IF\(records >= (?P<records>\d+), ABS\(mean - \((?P<base>[^()]+)\)\), 0\)")
_DIFFERENCE = re.compile(r"live - \((?P<base>[^()]+)\)")
_DISTANCE = re.compile(r"ABS\(live(?: - (?P<base>[^()]+))?\)")


class NotUnderstoodError(Exception):
    """No data point is known that would bring the alarm into ALARM; the text says why."""


@dataclass(frozen=True)
class Series:
    """What is published of one metric: a bad value, and a good one."""

    metric: str
    dimensions: tuple[tuple[str, str], ...]
    bad: float
    good: float
    weight: int


@dataclass(frozen=True)
class Script:
    """The data points for one alarm.

    Attributes:
        series: A metric each.
        bad: How old the bad points are, from now.
        good: How old the good points are.
        back_within: When the alarm is back in OK, at the latest, if runs publish nothing.
        length: All time that the alarm looks at.
    """

    series: tuple[Series, ...]
    bad: tuple[timedelta, ...]
    good: tuple[timedelta, ...]
    back_within: timedelta
    length: timedelta

    @classmethod
    def of(cls, alarm: Mapping[str, Any]) -> Script:
        """Return what proves an alarm.

        Args:
            alarm: As `DescribeAlarms` has it.

        Raises:
            NotUnderstoodError: Nothing would.
        """
        period = timedelta(seconds=_period(alarm))
        periods = alarm["EvaluationPeriods"]
        breaching = alarm.get("DatapointsToAlarm") or periods
        series, length = tuple(_series(alarm)), periods * period
        if length - MARGIN <= _AT_ONCE:
            bad = tuple(number * period - MARGIN for number in range(periods - breaching + 1, periods + 1))
            good = tuple(number * period for number in range(periods - breaching + 1))
            return cls(series, bad, good, MARGIN, length)
        if breaching > 1:
            raise NotUnderstoodError(f"it looks at {breaching} periods, and older data points appear hours later")
        return cls(series, (timedelta(0),), (timedelta(0),), length, length)


def publish(context: Context, script: Script, *, bad: bool, ages: Sequence[timedelta] | None = None) -> None:
    """Publish the bad or the good points of an alarm.

    Args:
        context: AWS.
        script: The points.
        bad: Which of them.
        ages: How old they are. Default: as the script says.
    """
    now = context.now()
    chosen = ages if ages is not None else script.bad if bad else script.good
    data = [_datum(series, now - age, bad=bad) for series in script.series for age in chosen]
    for start in range(0, len(data), _MOST_DATA):
        context.cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _MOST_DATA])  # type: ignore[arg-type]  # plain dicts


def _datum(series: Series, time: datetime, *, bad: bool) -> dict[str, Any]:
    return {
        "MetricName": series.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions],
        "Timestamp": time,
        "Values": [series.bad if bad else series.good],
        "Counts": [series.weight if bad else 1],
    }


def _period(alarm: Mapping[str, Any]) -> int:
    periods = [query["MetricStat"]["Period"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return int(alarm.get("Period") or max(periods, default=60))


def _series(alarm: Mapping[str, Any]) -> list[Series]:
    queries = {query["Id"]: query for query in alarm.get("Metrics", [])}
    stats = {name: query["MetricStat"] for name, query in queries.items() if "MetricStat" in query}
    expressions = [query["Expression"] for query in queries.values() if "Expression" in query]
    if not expressions:  # a metric with a label of its own is a query, too
        plain = next(iter(stats.values()), {"Metric": alarm, "Stat": alarm.get("Statistic", "")})
        if plain["Stat"] == "SampleCount":
            raise NotUnderstoodError("it looks for data points that are missing, and nothing takes them away")
        return [_of_metric(plain["Metric"], plain["Stat"], *_values(alarm))]
    if len(expressions) != 1:
        raise NotUnderstoodError("its metric math was not written by this library")
    values = _values_of_expression(expressions[0], alarm)
    if not values.keys() <= stats.keys():
        raise NotUnderstoodError("its metric math was not written by this library")
    return [_of_metric(stats[name]["Metric"], stats[name]["Stat"], *pair) for name, pair in values.items()]


def _of_metric(metric: Mapping[str, Any], statistic: str, bad: float, good: float) -> Series:
    if metric["Namespace"] != NAMESPACE:
        raise NotUnderstoodError(f"its metric is in {metric['Namespace']}, where others publish")
    dimensions = tuple((item["Name"], item["Value"]) for item in metric.get("Dimensions", []))
    return Series(metric["MetricName"], dimensions, bad, good, _WEIGHT if statistic == "Average" else 1)


def _values(alarm: Mapping[str, Any]) -> tuple[float, float]:
    """Return a value that breaches the alarm's threshold, and one that does not: 0 and 1 where they do."""
    breaches = _OPERATORS.get(alarm["ComparisonOperator"])
    if breaches is None:
        raise NotUnderstoodError(f"{alarm['ComparisonOperator']} belongs to the detection of anomalies")
    limit = float(alarm["Threshold"])
    far = max(abs(limit), 1.0)
    values = (*_NATURAL, limit + far, limit - far)
    bad = next(value for value in values if breaches(value, limit))
    return bad, next(value for value in values if not breaches(value, limit))


def _values_of_expression(expression: str, alarm: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return bad and good values of the metrics in an expression, by their ids."""
    bad, good = _values(alarm)
    try:
        if match := _MEAN_SHIFT.fullmatch(expression):
            base, limit, enough = float(match["base"]), float(alarm["Threshold"]), float(match["records"])
            records = max(enough, 1.0) * _TIMES_ENOUGH
            return {"mean": (base + 2 * limit + (limit == 0), base), "records": (records, records)}
        if match := _DIFFERENCE.fullmatch(expression) or _DISTANCE.fullmatch(expression):
            base = float(match["base"] or 0)
            return {"live": (base + bad, base + good)}
    except ValueError:  # no number
        pass
    raise NotUnderstoodError("its metric math was not written by this library")
