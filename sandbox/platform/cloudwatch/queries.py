"""Turns stored data points into time series: metrics by period and statistic, and expressions over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.platform.cloudwatch import math
from sandbox.seams import Name, get

DEFAULT_PERIOD = 60
Query = Mapping[str, Any]
"""A MetricDataQuery as in the API: Id with either MetricStat or Expression, ReturnData, Label, Period."""


@dataclass(frozen=True)
class Grid:
    """Consecutive periods, oldest first.

    Attributes:
        start: Start of the oldest period, in seconds since the epoch.
        period: Seconds.
        count: How many periods.
    """

    start: float
    period: int
    count: int

    @classmethod
    def ending(cls, end: float, period: int, count: int) -> "Grid":
        """The ``count`` periods before ``end``."""
        return cls(end - period * count, period, count)

    @classmethod
    def covering(cls, start: float, end: float, period: int) -> "Grid":
        """The periods on round boundaries that begin in ``start <= t < end``."""
        first = start // period * period
        return cls(first, period, max(0, -int((first - end) // period)))

    def starts(self) -> list[float]:
        """When every period begins."""
        return [self.start + index * self.period for index in range(self.count)]


def period_of(queries: Sequence[Query]) -> int:
    """The period of an expression: that of its metrics, which must agree on AWS."""
    periods = [int(query.get("MetricStat", {}).get("Period") or query.get("Period") or 0) for query in queries]
    return max(periods, default=0) or DEFAULT_PERIOD


def evaluate(queries: Sequence[Query], wanted: str, grid: Grid) -> math.Series:
    """The time series of the query with id ``wanted``; expressions may refer to other queries.

    Raises:
        MetricMathError: An expression is wrong, or refers to itself.
    """
    by_id = {str(query["Id"]): query for query in queries}
    metrics = {key: metric_series(query["MetricStat"], grid) for key, query in by_id.items() if "MetricStat" in query}
    return _resolve(wanted, by_id, metrics, grid, ())


def validate(queries: Sequence[Query]) -> None:
    """Check that every expression can be evaluated.

    Raises:
        MetricMathError: An expression is wrong.
    """
    for query in queries:
        evaluate(queries, str(query["Id"]), Grid(0, period_of(queries), 1))


def returned(queries: Sequence[Query]) -> Query:
    """The query whose result an alarm watches.

    Raises:
        MetricMathError: Not exactly one query has ReturnData.
    """
    watched = [query for query in queries if query.get("ReturnData", True)]
    if len(watched) != 1:
        raise math.MetricMathError(f"exactly one element of the metrics list must return data, got {len(watched)}")
    return watched[0]


def metric_series(metric_stat: Mapping[str, Any], grid: Grid) -> math.Series:
    """The statistic of one metric, period by period."""
    metric = metric_stat["Metric"]
    dimensions = {pair["Name"]: pair["Value"] for pair in metric.get("Dimensions") or []}
    key = (metric["Namespace"], metric["MetricName"], get(Name.DIMENSIONS_KEY)(dimensions))
    unit = metric_stat.get("Unit")
    buckets: list[list[Any]] = [[] for _ in range(grid.count)]
    for point in get(Name.METRICS).get(key) or ():
        index = int((point["Timestamp"] - grid.start) // grid.period)
        if 0 <= index < grid.count and unit in {None, point["Unit"]}:
            buckets[index].append(point)
    return tuple(_statistic(bucket, str(metric_stat["Stat"])) for bucket in buckets)


def _statistic(points: list[Any], statistic: str) -> float | None:
    if not points:
        return None
    value = get(Name.STATISTIC)(get(Name.STATISTICS)(points), statistic, points)
    return None if value is None else float(value)


def _resolve(
    wanted: str, queries: Mapping[str, Query], metrics: dict[str, math.Series], grid: Grid, path: tuple[str, ...]
) -> math.Series:
    if wanted in metrics:
        return metrics[wanted]
    if wanted not in queries or wanted in path:
        problem = "refers to itself" if wanted in path else "is not defined"
        raise math.MetricMathError(f"the id {wanted!r} {problem}")
    expression = str(queries[wanted]["Expression"])
    inner = {
        name: _resolve(name, queries, metrics, grid, (*path, wanted))
        for name in sorted(math.references(expression) - metrics.keys())
    }
    return math.evaluate(expression, metrics, inner) if metrics else (None,) * grid.count
