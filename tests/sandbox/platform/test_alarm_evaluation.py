"""The decision of a metric alarm, against the two tables that AWS publishes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
In a row, 0 is within the threshold, X breaches it, - is missing; the newest point stands right.
"""

import pytest
from hypothesis import given, strategies as st

from sandbox.platform.cloudwatch.evaluation import Rule, State, TreatMissing, decide

RETAINED = State.INSUFFICIENT_DATA
O, A, I, R = State.OK, State.ALARM, State.INSUFFICIENT_DATA, RETAINED  # noqa: E741 - the letters of the tables
THREE_OF_THREE = {
    "0-X-X": (O, O, O, O),
    "----0": (O, O, O, O),
    "-----": (I, R, A, O),
    "0XX-X": (A, A, A, A),
    "--X--": (A, R, A, O),
}
TWO_OF_THREE = {
    "0-X-X": (A, A, A, A),
    "00X0X": (A, A, A, A),
    "0-X--": (O, O, A, O),
    "----0": (O, O, A, O),
    "---X-": (A, R, A, O),
}
COLUMNS = (TreatMissing.MISSING, TreatMissing.IGNORE, TreatMissing.BREACHING, TreatMissing.NOT_BREACHING)
CASES = [
    (minimum, row, treatment, expected)
    for minimum, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
    for row, states in table.items()
    for treatment, expected in zip(COLUMNS, states, strict=True)
]


def values(row: str) -> list[float | None]:
    return [{"0": 0.0, "X": 9.0, "-": None}[point] for point in reversed(row)]


def rule(periods: int = 3, minimum: int = 3, treatment: TreatMissing = TreatMissing.MISSING) -> Rule:
    return Rule("GreaterThanThreshold", 1, periods, minimum, treatment)


@pytest.mark.parametrize(("minimum", "row", "treatment", "expected"), CASES)
def test_published_tables(minimum: int, row: str, treatment: TreatMissing, expected: State) -> None:
    assert decide(values(row), rule(minimum=minimum, treatment=treatment), RETAINED).state is expected


@pytest.mark.parametrize("current", list(State))
def test_ignore_retains_whatever_the_state_was(current: State) -> None:
    assert decide(values("--X--"), rule(treatment=TreatMissing.IGNORE), current).state is current


@pytest.mark.parametrize("current", list(State))
@pytest.mark.parametrize(("row", "state"), [("--X", A), ("-X-", A), ("X--", A), ("--0", O), ("X-0", O), ("0--", O)])
def test_one_of_one_follows_the_newest_point_in_the_range_and_keeps_its_state_without_one(
    row: str, state: State, current: State
) -> None:
    ignoring = rule(periods=1, minimum=1, treatment=TreatMissing.IGNORE)
    assert ignoring.evaluation_range == len(row)
    assert decide(values(row), ignoring, current).state is state
    assert decide(values("---"), ignoring, current).state is current


@pytest.mark.parametrize("row", ["----X", "---X-"])
def test_a_lone_young_breach_does_not_alarm_prematurely(row: str) -> None:
    assert decide(values(row), rule(), State.OK).state is State.OK


def test_only_as_many_real_points_are_used_as_there_are_periods() -> None:
    decision = decide(values("XX000"), rule(), State.OK)
    assert decision.evaluated == (0, 1, 2)
    assert decision.filled == 0


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [2.0]),
        ("GreaterThanOrEqualToThreshold", [1.0, 2.0]),
        ("LessThanThreshold", [0.0]),
        ("LessThanOrEqualToThreshold", [0.0, 1.0]),
    ],
)
def test_comparisons_treat_the_threshold_itself_as_named(comparison: str, breaching: list[float]) -> None:
    made = Rule(comparison, 1.0, 1, 1, TreatMissing.MISSING)
    assert [value for value in (0.0, 1.0, 2.0) if made.breaches(value)] == breaching


def test_anomaly_detection_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="got GreaterThanUpperThreshold"):
        Rule("GreaterThanUpperThreshold", 1, 1, 1, TreatMissing.MISSING)


def test_more_datapoints_than_periods_are_refused() -> None:
    with pytest.raises(ValueError, match=r"between 1 and EvaluationPeriods \(2\), got 3"):
        Rule("GreaterThanThreshold", 1, 2, 3, TreatMissing.MISSING)


@given(
    row=st.lists(st.sampled_from([0.0, 9.0]), min_size=5, max_size=5),
    treatment=st.sampled_from(TreatMissing),
    minimum=st.integers(1, 3),
)
def test_with_complete_data_the_treatment_of_missing_data_does_not_matter(
    row: list[float], treatment: TreatMissing, minimum: int
) -> None:
    expected = State.ALARM if sum(value > 1 for value in row[:3]) >= minimum else State.OK
    assert decide(row, rule(minimum=minimum, treatment=treatment), State.OK).state is expected
