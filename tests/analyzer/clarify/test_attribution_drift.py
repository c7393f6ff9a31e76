"""NDCG of attributions."""

import pytest
from hypothesis import given, strategies as st

from analyzer.clarify.shap.drift import ndcg
from analyzer.job.failure import AnalysisError

# Global attributions of the weather model in Packt's Amazon SageMaker Best Practices, chapter 11.
WEATHER = {"ismobile": 0.0072, "month": 0.0106, "isBadAir": 0.0113, "location": 0.0192, "pm10": 0.0145, "co": 0.0365}


def test_the_guides_example_of_college_admission():
    baseline = {"SAT score": 0.70, "GPA": 0.50, "Class rank": 0.05}
    live = {"SAT score": 0.10, "GPA": 0.20, "Class rank": 0.70}
    assert round(ndcg(live, baseline), 2) == 0.69


attributions = st.lists(st.floats(0.001, 10), min_size=1, max_size=8).map(
    lambda values: {f"f{position}": value for position, value in enumerate(values)}
)


@given(attributions, st.floats(0.1, 10))
def test_the_same_order_scores_one_whatever_the_scale(baseline, factor):
    assert ndcg({name: value * factor for name, value in baseline.items()}, baseline) == pytest.approx(1)


@given(attributions, st.randoms(use_true_random=False))
def test_no_order_scores_more_than_one_and_the_reverse_one_scores_least(baseline, random):
    names = list(baseline)
    random.shuffle(names)
    shuffled = {name: float(rank) for rank, name in enumerate(names)}
    reverse = {name: -value for name, value in baseline.items()}
    assert ndcg(reverse, baseline) - 1e-12 <= ndcg(shuffled, baseline) <= 1 + 1e-12


def test_important_features_that_fall_weigh_more_than_unimportant_ones():
    swapped_top = WEATHER | {"co": 0.0192, "location": 0.0365}
    swapped_bottom = WEATHER | {"month": 0.0072, "ismobile": 0.0106}
    assert ndcg(swapped_top, WEATHER) < ndcg(swapped_bottom, WEATHER) < 1


def test_a_baseline_without_any_attribution_cannot_drift():
    assert ndcg({"a": 1.0, "b": 2.0}, {"a": 0.0, "b": 0.0}) == 1.0


def test_other_features_than_those_of_the_baseline_are_an_error():
    with pytest.raises(AnalysisError, match="the baseline explains the features a, b, but the data has a, c"):
        ndcg({"a": 1.0, "c": 1.0}, {"a": 1.0, "b": 1.0})
