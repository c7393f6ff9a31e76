"""The formulas against examples computed by hand and against published results."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from analyzer.clarify.bias.counts import Counts, Sample
from analyzer.clarify.bias.flip_test import flips
from analyzer.clarify.bias.metrics import METRICS, POST_TRAINING, PRE_TRAINING, UndefinedMetricError


def sample(advantaged, disadvantaged, **more):
    """Make a sample of two confusion matrices (tp, fp, fn, tn)."""
    kinds = [(True, True), (False, True), (True, False), (False, False)]
    rows = [
        (sensitive, positive, predicted)
        for sensitive, counts in ((False, advantaged), (True, disadvantaged))
        for (positive, predicted), count in zip(kinds, counts, strict=True)
        for _ in range(count)
    ]
    sensitive, positive, predicted = (np.array(column, dtype=bool) for column in zip(*rows, strict=True))
    return Sample(sensitive, positive, predicted, **more)


def value(name, sample):
    return METRICS[name].compute(Counts.of(sample))


# 20 advantaged rows: 6 + 4 positive, 6 + 2 predicted so; 10 disadvantaged rows: 2 + 3 positive, 2 + 1 predicted so.
EXAMPLE = sample((6, 2, 4, 8), (2, 1, 3, 4))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CI", (20 - 10) / 30),
        ("DPL", 10 / 20 - 5 / 10),
        ("AD", 14 / 20 - 6 / 10),
        ("DPPL", 8 / 20 - 3 / 10),
        ("DI", (3 / 10) / (8 / 20)),
        ("DAR", 6 / 8 - 2 / 3),
        ("DRR", 4 / 7 - 8 / 12),
        ("DCA", 10 / 8 - 5 / 3),
        ("DCR", 5 / 7 - 10 / 12),
        ("RD", 6 / 10 - 2 / 5),
        ("SD", 4 / 5 - 8 / 10),
        ("TE", 3 / 1 - 4 / 2),
        # Benefits: 7 zeros, 20 ones, 3 twos; their mean is 26 / 30.
        ("GE", ((20 + 3 * 4) / (26 / 30) ** 2 - 30) / 60),
    ],
)
def test_metrics_of_a_confusion_matrix_computed_by_hand(name, expected):
    assert value(name, EXAMPLE) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("KL", 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)),
        (
            "JS",
            (0.75 * math.log(0.75 / 0.625) + 0.25 * math.log(0.25 / 0.375)) / 2
            + (0.5 * math.log(0.5 / 0.625) + 0.5 * math.log(0.5 / 0.375)) / 2,
        ),
        ("LP", math.sqrt(0.25**2 + 0.25**2)),
        ("TVD", 0.25),
        ("KS", 0.25),
        ("DPL", -0.25),
    ],
)
def test_distances_of_label_distributions_computed_by_hand(name, expected):
    # One of four advantaged rows is positive, and two of four disadvantaged ones.
    assert value(name, sample((1, 0, 0, 3), (2, 0, 0, 2))) == pytest.approx(expected)


def test_the_published_distances_of_one_run_agree_with_each_other():
    """analysis.json of the weather model in Packt's Amazon SageMaker Best Practices, chapter 11.

    It has no rows, but shares of positives that differ by its DPL and give its KL: these give its other distances.
    """
    dpl, kl = -0.0075165883881411965, 0.004537638960838664
    low, high = 1e-6, 0.2
    for _ in range(200):
        share = (low + high) / 2
        other = share - dpl
        distance = share * math.log(share / other) + (1 - share) * math.log((1 - share) / (1 - other))
        low, high = (share, high) if distance > kl else (low, share)
    size = 10**7
    rare = round(share * size), round((share - dpl) * size)
    counts = np.zeros((3, 1, 2, 2, 2))
    for sensitive, positives in enumerate(rare):
        counts[1, 0, sensitive, :, 0] = size - positives, positives
    published = Counts(counts, has_groups=False, flip_error="")
    assert METRICS["LP"].compute(published) == pytest.approx(0.010630061241285387, rel=1e-3)
    assert METRICS["TVD"].compute(published) == pytest.approx(0.007516588388141187, rel=1e-3)
    assert METRICS["KS"].compute(published) == pytest.approx(0.0075165883881411965, rel=1e-3)
    assert METRICS["JS"].compute(published) == pytest.approx(0.0013808342256458315, rel=1e-2)


def test_conditional_disparity_weighs_the_groups_by_their_size():
    # Group 0 (6 rows): rejected 2 of d among 3, accepted 1 of d among 3. Group 1 (4 rows): nobody is rejected.
    sensitive = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0], dtype=bool)
    positive = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 1], dtype=bool)
    groups = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    made = Sample(sensitive, positive, ~positive, groups)
    by_hand = (6 * (2 / 3 - 1 / 3) + 4 * (0 - 1 / 4)) / 10
    assert value("CDDL", made) == pytest.approx(by_hand)
    assert value("CDDPL", made) == pytest.approx(-by_hand)


@pytest.mark.parametrize(
    ("name", "made", "error"),
    [
        ("CDDL", EXAMPLE, "Group variable is empty or not provided"),
        ("AD", sample((1, 1, 1, 1), (0, 0, 0, 0)), "Facet set is empty"),
        ("CI", sample((0, 0, 0, 0), (1, 1, 1, 1)), "Negated Facet set is empty"),
        ("KL", sample((2, 0, 0, 0), (0, 0, 0, 2)), "No instance of common facet found, dataset may be too small"),
        ("CDDL", sample((0, 0, 0, 1), (0, 0, 0, 1), groups=np.array([0, 0])), "No positive labels in set"),
        ("CDDPL", sample((1, 0, 0, 0), (1, 0, 0, 0), groups=np.array([0, 0])), "No negative labels in set"),
        ("FT", sample((1, 0, 0, 0), (1, 0, 0, 0), flips="why"), "why"),
        ("GE", sample((0, 0, 1, 0), (0, 0, 1, 0)), "All predicted labels are false negatives"),
    ],
)
def test_a_metric_that_cannot_be_computed_says_why(name, made, error):
    with pytest.raises(UndefinedMetricError, match=error):
        value(name, made)


def test_divisions_by_zero_are_infinite_and_equal_infinities_differ_by_nothing():
    assert value("TE", sample((1, 1, 1, 1), (1, 0, 1, 1))) == math.inf
    assert value("TE", sample((1, 0, 1, 1), (1, 1, 1, 1))) == -math.inf
    assert value("TE", sample((1, 0, 1, 1), (1, 0, 2, 1))) == 0
    assert value("TE", sample((1, 0, 0, 1), (1, 0, 0, 1))) == 0
    assert value("DI", sample((0, 0, 1, 1), (1, 1, 1, 1))) == math.inf


matrices = st.tuples(*[st.integers(1, 30)] * 4)


@given(matrices, matrices)
def test_changing_sides_changes_the_sign_of_differences_and_inverts_ratios(advantaged, disadvantaged):
    there, back = sample(advantaged, disadvantaged), sample(disadvantaged, advantaged)
    for name in {*METRICS} - {"DI", "GE", "FT", "KL", "JS", "LP", "TVD", "KS", "CDDL", "CDDPL"}:
        assert value(name, there) == pytest.approx(-value(name, back))
    for name in ("JS", "LP", "TVD", "KS", "GE"):
        assert value(name, there) == pytest.approx(value(name, back))
    assert value("DI", there) == pytest.approx(1 / value("DI", back))


@given(matrices)
def test_two_equal_groups_have_no_bias(matrix):
    made = sample(matrix, matrix, groups=np.tile(0, 2 * sum(matrix)))
    for name in {*METRICS} - {"DI", "GE", "FT"}:
        assert value(name, made) == pytest.approx(0, abs=1e-12)
    assert value("DI", made) == 1


@given(matrices, matrices)
def test_divergences_are_never_negative(advantaged, disadvantaged):
    made = sample(advantaged, disadvantaged)
    assert all(value(name, made) >= -1e-15 for name in ("KL", "JS", "LP", "TVD", "KS", "GE"))


def test_the_metrics_are_those_of_the_service_in_its_order():
    assert list(PRE_TRAINING) == ["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"]
    assert " ".join(POST_TRAINING) == "AD CDDPL DAR DCA DCR DI DPPL DRR FT GE RD SD TE"


def test_the_flip_test_compares_with_the_nearest_advantaged_rows():
    # Twelve advantaged rows: positive up to 5, negative above. Of the sensitive ones the first is like a positive
    # row but is negative, the second like a negative one but positive, the third is as expected.
    features = np.array([[float(x)] for x in range(12)] + [[1.2], [9.1], [2.3]])
    sensitive = np.array([False] * 12 + [True] * 3)
    predicted = np.array([x <= 5 for x in range(12)] + [False, True, True])
    assert flips(features, sensitive, predicted).tolist() == [0] * 12 + [-1, 1, 0]


def test_few_advantaged_rows_leave_the_flip_test_one_neighbour():
    features = np.array([[0.0], [1.0], [1.1], [1.2], [0.1]])
    sensitive = np.array([False] * 4 + [True])
    predicted = np.array([True, False, False, False, False])
    assert flips(features, sensitive, predicted).tolist() == [0, 0, 0, 0, -1]


@given(st.integers(0, 2**32 - 1))
def test_the_flip_test_agrees_with_a_plain_search(seed):
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(40, 3)) * 1000 + 5000
    sensitive, predicted = generator.random(40) < 0.4, generator.random(40) < 0.5
    sensitive[:11] = False
    sensitive[-1] = True
    expected = np.zeros(40, dtype=int)
    points, labels = features[~sensitive], predicted[~sensitive]
    for row in np.flatnonzero(sensitive):
        nearest = np.argsort(((points - features[row]) ** 2).sum(axis=1))[:5]
        expected[row] = int(predicted[row]) - int(labels[nearest].sum() >= 3)
    assert flips(features, sensitive, predicted).tolist() == expected.tolist()
