import math

import pytest
from hypothesis import given, strategies as st

from sandbox.platform.cloudwatch.math import MetricMathError, Series, evaluate, references

A: Series = (None, 1.0, 2.0)
B: Series = (1.0, None, 4.0)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a", A),
        ("a + b", (None, None, 6.0)),
        ("a * 10", (None, 10.0, 20.0)),
        ("-a", (None, -1.0, -2.0)),
        ("b - 1", (0.0, None, 3.0)),
        ("a / b", (None, None, 0.5)),
        ("a ^ 2", (None, 1.0, 4.0)),
        ("a / 0", (None, None, None)),
        ("b > 2", (0.0, None, 1.0)),
        ("b >= 4", (0.0, None, 1.0)),
        ("b == 1", (1.0, None, 0.0)),
        ("b != 1", (0.0, None, 1.0)),
        ("b <= 1", (1.0, None, 0.0)),
        ("a > 1 AND b > 1", (None, None, 1.0)),
        ("a > 1 && b > 9", (None, None, 0.0)),
        ("b > 3 OR b < 2", (1.0, None, 1.0)),
        ("b > 3 || b < 0", (0.0, None, 1.0)),
        ("ABS(b - 3)", (2.0, None, 1.0)),
        ("CEIL(b / 3)", (1.0, None, 2.0)),
        ("FLOOR(b / 3)", (0.0, None, 1.0)),
        ("LOG10(b)", (0.0, None, pytest.approx(math.log10(4)))),
        ("FILL(a, 0)", (0.0, 1.0, 2.0)),
        ("FILL(a, b)", (1.0, 1.0, 2.0)),
        ("FILL(b, REPEAT)", (1.0, 1.0, 4.0)),
        ("FILL(b, LINEAR)", (1.0, 2.5, 4.0)),
        ("TIME_SERIES(2) - 0.5", (1.5, 1.5, 1.5)),
        ("SUM(METRICS())", (1.0, 1.0, 6.0)),
        ("AVG([a, b])", (1.0, 1.0, 3.0)),
        ("MAX([a, b])", (1.0, 1.0, 4.0)),
        ("MIN(METRICS())", (1.0, 1.0, 2.0)),
        ("SUM(FILL(METRICS(), 0))", (1.0, 1.0, 6.0)),
        ('SUM(METRICS("b"))', B),
        ("b / MAX(b)", (0.25, None, 1.0)),
        ("IF(b > 2, 1, 0)", (0.0, None, 1.0)),
        ("IF(FILL(a, 0) < 1, b, 7)", (1.0, 7.0, 7.0)),
        ("IF(b > 2, b)", (None, None, 4.0)),
        ("IF(FILL(a,0) > 0,\n  1,\n  0)", (0.0, 1.0, 1.0)),
    ],
)
def test_expressions(expression: str, expected: Series) -> None:
    assert evaluate(expression, {"a": A, "b": B}) == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a +", "is not metric math"),
        ("c + 1", "names 'c', but there is only a, b"),
        ("ANOMALY_DETECTION_BAND(a, 2)", "ANOMALY_DETECTION_BAND is not emulated"),
        ("METRICS()", "must give a single time series, it gives 2"),
        ("FILL(a)", "FILL takes 2 arguments, got 1"),
        ("IF(a)", "IF takes a condition"),
        ("ABS(a, b)", "ABS takes 1 argument, got 2"),
        ("METRICS() + METRICS()", "cannot join two arrays"),
        ("__import__('os').system('true')", "does not know"),
        ("a.b", "does not know"),
        ("a < b < a", "does not know"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_name(expression: str, message: str) -> None:
    with pytest.raises(MetricMathError, match=message.replace("(", r"\(").replace(")", r"\)")):
        evaluate(expression, {"a": A, "b": B})


def test_metrics_leaves_other_expressions_out() -> None:
    assert evaluate("SUM(METRICS()) + e", {"a": (1.0,)}, {"e": (10.0,)}) == (11.0,)


def test_references_are_the_ids_that_are_named() -> None:
    assert references("IF(FILL(a, REPEAT) > 1, SUM(METRICS()), e1)") == {"a", "e1"}


numbers = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5))
def test_an_operator_gives_a_point_exactly_where_both_sides_have_one(
    pairs: list[tuple[float | None, float | None]],
) -> None:
    left, right = (tuple(side) for side in zip(*pairs, strict=True))
    result = evaluate("a + b", {"a": left, "b": right})
    assert [point is None for point in result] == [a is None or b is None for a, b in pairs]


@given(st.lists(numbers, min_size=1, max_size=5))
def test_filling_with_a_number_leaves_no_gap_and_changes_no_point(points: list[float | None]) -> None:
    filled = evaluate("FILL(a, 7)", {"a": tuple(points)})
    assert filled == tuple(7.0 if point is None else point for point in points)
