"""Evaluates metric alarms: reads their data, decides, and carries a change of state through."""

import json
import logging
import math as _math
import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.platform.cloudwatch import actions, queries, transitions
from sandbox.platform.cloudwatch.evaluation import Decision, Rule, State, TreatMissing, decide
from sandbox.platform.cloudwatch.math import Series
from sandbox.process import clock
from sandbox.seams import Name, ScopedStore, get, scope

Alarm = MutableMapping[str, Any]

_MINUTE = 60
_METRIC = "m1"
_log = logging.getLogger("sandbox.platform.cloudwatch")
# Jobs publish metrics from threads while the clock ticks on the event loop; a change of state must happen once.
_evaluating = threading.RLock()
_held: ScopedStore[float] = ScopedStore()


@dataclass(frozen=True)
class _Evaluation:
    """What one look at an alarm's data found; values and periods newest first."""

    values: tuple[float | None, ...]
    starts: tuple[float, ...]
    decision: Decision
    rule: Rule
    period: int


def evaluate(alarm: Alarm) -> None:
    """Bring one alarm to the state that its data call for now."""
    if _held.get(alarm["AlarmName"], 0) > clock.time():
        return
    with _evaluating:
        found = _look(alarm)
        if found is not None and found.decision.state != alarm["StateValue"]:
            transitions.change_state(alarm, found.decision.state, _reason(found), _reason_data(found))


def evaluate_all() -> None:
    """Evaluate every alarm of the account and region at hand."""
    for alarm in list(get(Name.ALARMS).values()):
        try:
            evaluate(alarm)
        except Exception:
            # One broken alarm must not keep the others from being evaluated, nor fail somebody's PutMetricData.
            _log.exception("the alarm %s cannot be evaluated", alarm["AlarmName"])


def evaluate_everywhere() -> None:
    """Evaluate every alarm of every account and region."""
    for account, region in {key[:2] for key in get(Name.ALARMS).to_dict()}:
        with scope(account, region):
            evaluate_all()


def hold(name: str) -> None:
    """Leave an alarm alone until the next minute: SetAlarmState lasts until CloudWatch evaluates the next time."""
    _held[name] = _next_minute(clock.time())


def queries_of(alarm: Mapping[str, Any]) -> list[queries.Query]:
    """What an alarm watches, as metric data queries; [] for one without a metric."""
    if alarm.get("Metrics"):
        return list(alarm["Metrics"])
    if not alarm.get("MetricName"):
        return []
    metric = {key: alarm.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    stat = {"Metric": metric, "Period": alarm.get("Period"), "Stat": statistic, "Unit": alarm.get("Unit")}
    return [{"Id": _METRIC, "MetricStat": stat, "ReturnData": True}]


def rule_of(alarm: Mapping[str, Any]) -> Rule:
    """The part of an alarm's configuration that decides its state.

    Raises:
        ValueError: The configuration is one that is not emulated, or contradicts itself.
    """
    periods = int(alarm["EvaluationPeriods"])
    return Rule(
        comparison=str(alarm["ComparisonOperator"]),
        threshold=float(alarm["Threshold"]),
        evaluation_periods=periods,
        datapoints_to_alarm=int(alarm.get("DatapointsToAlarm") or periods),
        treat_missing=TreatMissing(alarm.get("TreatMissingData") or TreatMissing.MISSING),
    )


def _look(alarm: Mapping[str, Any]) -> _Evaluation | None:
    watched = queries_of(alarm)
    if not watched:
        return None
    rule = rule_of(alarm)
    period = queries.period_of(watched)
    # CloudWatch counts periods back from the minute at hand, not from round hours. The minute that is still open is
    # included, so that data count at once.
    grid = queries.Grid.ending(_next_minute(clock.time()), period, rule.evaluation_range)
    oldest_first: Series = queries.evaluate(watched, str(queries.returned(watched)["Id"]), grid)
    values = tuple(None if value is None or _math.isnan(value) else value for value in reversed(oldest_first))
    decision = decide(values, rule, State(alarm["StateValue"]))
    return _Evaluation(values, tuple(reversed(grid.starts())), decision, rule, period)


def _next_minute(time: float) -> float:
    return (time // _MINUTE + 1) * _MINUTE


def _reason(found: _Evaluation) -> str:
    rule, decision = found.rule, found.decision
    periods = rule.evaluation_periods
    if decision.state is State.INSUFFICIENT_DATA:
        return f"Insufficient Data: {_counted(periods, 'datapoint', 'was', 'were')} unknown."
    alarming = decision.state is State.ALARM
    if not decision.evaluated:
        treated = "Breaching" if alarming else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {periods} period{'s' * (periods > 1)} and "
            f"{_counted(periods, 'missing datapoint', 'was', 'were')} treated as [{treated}]."
        )
    shown = [index for index in decision.evaluated if rule.breaches(_value(found, index)) == alarming]
    points = ", ".join(f"{_value(found, index)} ({_utc(found.starts[index]):%d/%m/%y %H:%M:%S})" for index in shown)
    direction = "OK -> ALARM" if alarming else "ALARM -> OK"
    minimum = rule.datapoints_to_alarm if alarming else periods - rule.datapoints_to_alarm + 1
    return (
        f"Threshold Crossed: {len(shown)} out of the last {periods} datapoints [{points}] "
        f"{'was' if len(shown) == 1 else 'were'}{'' if alarming else ' not'} {rule.words} the threshold "
        f"({rule.threshold}) (minimum {minimum} datapoint{'s' * (minimum > 1)} for {direction} transition)."
    )


def _reason_data(found: _Evaluation) -> str:
    evaluated = found.decision.evaluated
    data: dict[str, Any] = {
        "version": "1.0",
        "queryDate": actions.timestamp(clock.time()),
        "period": found.period,
        "recentDatapoints": [found.values[index] for index in reversed(evaluated)],
        "threshold": found.rule.threshold,
        "evaluatedDatapoints": [
            {"timestamp": actions.timestamp(found.starts[index]), "value": found.values[index]} for index in evaluated
        ],
    }
    if evaluated:
        data["startDate"] = actions.timestamp(found.starts[evaluated[-1]])
    return json.dumps(data, separators=(",", ":"))


def _value(found: _Evaluation, index: int) -> float:
    value = found.values[index]
    assert value is not None
    return value


def _counted(count: int, noun: str, singular: str, plural: str) -> str:
    return f"{count} {noun} {singular}" if count == 1 else f"{count} {noun}s {plural}"


def _utc(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC)
