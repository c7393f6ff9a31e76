"""What a metric alarm decides from its data points. Pure: no clock, no store.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """State of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class TreatMissing(StrEnum):
    """What a period without data counts as."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


# How many periods beyond the evaluation periods CloudWatch looks back for real data. AWS publishes no formula; its
# one worked example has 3 evaluation periods and a range of 5.
EXTRA_PERIODS = 2

_OPERATORS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Rule:
    """The configuration of an alarm that decides its state.

    Attributes:
        comparison: AWS's ComparisonOperator.
        threshold: What each data point is compared to.
        evaluation_periods: N of M out of N.
        datapoints_to_alarm: M of M out of N.
        treat_missing: What periods without data count as.

    Raises:
        ValueError: The operator belongs to anomaly detection, which is not emulated, or M is not between 1 and N.
    """

    comparison: str
    threshold: float
    evaluation_periods: int
    datapoints_to_alarm: int
    treat_missing: TreatMissing

    def __post_init__(self) -> None:
        if self.comparison not in _OPERATORS:
            raise ValueError(f"ComparisonOperator must be one of {', '.join(_OPERATORS)}, got {self.comparison}")
        if not 1 <= self.datapoints_to_alarm <= self.evaluation_periods:
            raise ValueError(
                f"DatapointsToAlarm must be between 1 and EvaluationPeriods ({self.evaluation_periods}), "
                f"got {self.datapoints_to_alarm}"
            )

    @property
    def evaluation_range(self) -> int:
        """How many periods to look back."""
        return self.evaluation_periods + EXTRA_PERIODS

    @property
    def words(self) -> str:
        """The comparison as AWS words it in a reason."""
        return _OPERATORS[self.comparison][1]

    def breaches(self, value: float) -> bool:
        """Whether one data point is on the wrong side of the threshold."""
        return _OPERATORS[self.comparison][0](value, self.threshold)


@dataclass(frozen=True)
class Decision:
    """A state and the positions (in the range, newest first) of the real data points that led to it."""

    state: State
    evaluated: tuple[int, ...]
    filled: int


def decide(values: Sequence[float | None], rule: Rule, current: State) -> Decision:
    """Decide the state from the evaluation range.

    Args:
        values: One per period of the evaluation range, newest first; None where there is no data.
        rule: The alarm's configuration.
        current: The state the alarm is in, which ``ignore`` may keep.
    """
    present = tuple(index for index, value in enumerate(values) if value is not None)
    evaluated = present[: rule.evaluation_periods]
    filled = rule.evaluation_periods - len(evaluated)
    return Decision(_state(values, evaluated, filled, rule, current), evaluated, filled)


def _state(
    values: Sequence[float | None], evaluated: tuple[int, ...], filled: int, rule: Rule, current: State
) -> State:
    breaching = [index for index in evaluated if rule.breaches(_known(values[index]))]
    if rule.treat_missing is TreatMissing.BREACHING:
        return State.ALARM if len(breaching) + filled >= rule.datapoints_to_alarm else State.OK
    if len(breaching) >= rule.datapoints_to_alarm:
        return State.ALARM
    if not filled or rule.treat_missing is TreatMissing.NOT_BREACHING or len(breaching) < len(evaluated):
        return State.OK
    # From here on there is nothing but breaches and gaps, and too few breaches to be sure.
    if rule.treat_missing is TreatMissing.IGNORE:
        return current
    if not evaluated:
        return State.INSUFFICIENT_DATA
    return State.ALARM if _is_old_enough(breaching, rule) else State.OK


def _is_old_enough(breaching: Sequence[int], rule: Rule) -> bool:
    """AWS's rule on premature alarms: a lone breach alarms once M periods have not contradicted it."""
    in_periods = [index for index in breaching if index < rule.evaluation_periods]
    return bool(in_periods) and in_periods[-1] + 1 >= rule.datapoints_to_alarm


def _known(value: float | None) -> float:
    assert value is not None
    return value
