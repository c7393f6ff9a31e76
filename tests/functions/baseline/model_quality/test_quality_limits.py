"""How much worse than in the baseline a metric may become."""

import math

import pytest
from hypothesis import given, strategies as st

from baseline.errors import BaselineError
from baseline.model_quality.limits import apply_limits

LESS, GREATER = "LessThanThreshold", "GreaterThanThreshold"
SHARES = {"recall": LESS, "auc": LESS, "weighted_f1": LESS, "false_positive_rate": GREATER}
NUMBERS = {"rmse": GREATER, "mae": GREATER, "r2": LESS}


def threshold(name, suggested, *, operator=None, **limits):
    constraints = {
        name: {"threshold": suggested, "comparison_operator": operator or {**SHARES, **NUMBERS}.get(name, LESS)}
    }
    apply_limits(constraints, limits)
    return constraints[name]["threshold"]


@pytest.mark.parametrize(
    ("name", "suggested", "expected"),
    [
        ("recall", 0.8, 0.76),
        ("weighted_f1", 1.0, 0.95),
        ("false_positive_rate", 0.02, 0.069),
        ("rmse", 200.0, 210.0),
        ("r2", 0.9, 0.855),
        ("r2", -0.2, -0.21),
    ],
)
def test_the_tolerance_is_a_share_of_the_baseline_s_value(name, suggested, expected):
    assert threshold(name, suggested, tolerance=0.05) == pytest.approx(expected)


def test_an_error_rate_may_rise_by_what_its_counterpart_may_fall():
    falls = 0.98 - threshold("true_negative_rate", 0.98, tolerance=0.05)
    assert threshold("false_positive_rate", 0.02, tolerance=0.05) - 0.02 == pytest.approx(falls)


def test_a_margin_is_in_the_metric_s_own_unit_and_a_threshold_is_final():
    assert threshold("rmse", 200.0, tolerance=0.05, margins={"rmse": 3}) == 203
    assert threshold("recall", 0.8, tolerance=0.05, constraints={"recall": {"threshold": 0.3}}) == 0.3
    assert threshold("recall", 0.8, tolerance=0.05, margins={"recall": 0}) == 0.8


def test_the_comparison_operator_tells_which_direction_is_worse():
    assert threshold("recall", 0.8, operator=GREATER, margins={"recall": 0.1}) == pytest.approx(0.9)


def test_what_is_no_number_stays_as_it_was_suggested():
    assert threshold("auc", "NaN", tolerance=0.05) == "NaN"
    assert math.isnan(threshold("auc", math.nan, tolerance=0.05))
    with pytest.raises(BaselineError, match=r"margins.auc has no value to start from: .* 'NaN'"):
        threshold("auc", "NaN", margins={"auc": 0.1})


def test_every_metric_of_the_baseline_gets_the_tolerance_that_has_no_limit_of_its_own():
    constraints = {name: {"threshold": 0.5, "comparison_operator": operator} for name, operator in SHARES.items()}
    apply_limits(constraints, {"tolerance": 0.1, "constraints": {"auc": {"threshold": 0.7}}})
    assert {name: round(found["threshold"], 6) for name, found in constraints.items()} == {
        "recall": 0.45,
        "auc": 0.7,
        "weighted_f1": 0.45,
        "false_positive_rate": 0.55,
    }


@given(st.sampled_from(sorted(SHARES)), st.floats(0, 1), st.floats(0, 10))
def test_shares_stay_shares_and_never_become_stricter(name, suggested, tolerance):
    found = threshold(name, suggested, tolerance=tolerance)
    assert 0 <= found <= 1
    assert found <= suggested if SHARES[name] == LESS else found >= suggested


@given(st.sampled_from(sorted(NUMBERS)), st.floats(-1e9, 1e9), st.floats(0, 1), st.floats(0, 1))
def test_more_tolerance_is_more_room(name, suggested, one, other):
    less, more = sorted((one, other))
    narrow, wide = (abs(threshold(name, suggested, tolerance=size) - suggested) for size in (less, more))
    assert narrow <= wide


@given(st.sampled_from(sorted({**SHARES, **NUMBERS})), st.floats(0, 1))
def test_no_tolerance_keeps_the_suggestion(name, suggested):
    assert threshold(name, suggested) == suggested
