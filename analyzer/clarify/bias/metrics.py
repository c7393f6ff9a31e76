"""The metrics. Advantaged (a) are the rows outside the sensitive group, disadvantaged (d) those in it.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html. The service's texts are kept,
also where they are misspelt.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.clarify.bias.counts import Confusion, Counts


class UndefinedMetricError(Exception):
    """A metric cannot be computed; the text is the ``error`` of analysis.json."""


@dataclass(frozen=True)
class Metric:
    """One metric.

    Args:
        description: Text of analysis.json.
        compute: Its formula; raises UndefinedMetricError.
    """

    description: str
    compute: Callable[[Counts], float]


def _ratio(numerator: float, denominator: float) -> float:
    if denominator:
        return numerator / denominator
    return math.copysign(math.inf, numerator) if numerator else 0.0


def _difference(left: float, right: float) -> float:
    return 0.0 if left == right else left - right  # two infinities differ by nothing


def _both(counts: Counts) -> tuple[Confusion, Confusion]:
    if not counts.disadvantaged.total:
        raise UndefinedMetricError("Facet set is empty")
    if not counts.advantaged.total:
        raise UndefinedMetricError("Negated Facet set is empty")
    return counts.advantaged, counts.disadvantaged


def _class_imbalance(counts: Counts) -> float:
    a, d = _both(counts)
    return (a.total - d.total) / (a.total + d.total)


def _label_proportions(counts: Counts) -> float:
    a, d = _both(counts)
    return a.positives / a.total - d.positives / d.total


def _predicted_proportions(counts: Counts) -> float:
    a, d = _both(counts)
    return a.predicted_positives / a.total - d.predicted_positives / d.total


def _disparate_impact(counts: Counts) -> float:
    a, d = _both(counts)
    return _ratio(d.predicted_positives / d.total, a.predicted_positives / a.total)


def _label_distributions(counts: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares of the negative and the positive label; a label that one side lacks is left out of both."""
    a, d = _both(counts)
    shares_a = np.array([a.negatives, a.positives]) / a.total
    shares_d = np.array([d.negatives, d.positives]) / d.total
    common = (shares_a > 0) & (shares_d > 0)
    if not common.any():
        raise UndefinedMetricError("No instance of common facet found, dataset may be too small")
    return shares_a[common], shares_d[common]


def _kullback_leibler(counts: Counts) -> float:
    a, d = _label_distributions(counts)
    return _divergence(a, d)


def _jensen_shannon(counts: Counts) -> float:
    a, d = _label_distributions(counts)
    middle = (a + d) / 2
    return (_divergence(a, middle) + _divergence(d, middle)) / 2


def _divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    return float(np.sum(p * np.log(p / q)))


def _norm(order: float, factor: float = 1.0) -> Callable[[Counts], float]:
    def compute(counts: Counts) -> float:
        a, d = _label_distributions(counts)
        return factor * float(np.linalg.norm(a - d, order))

    return compute


def _conditional_disparity(*, predicted: bool) -> Callable[[Counts], float]:
    def compute(counts: Counts) -> float:
        if not counts.has_groups:
            raise UndefinedMetricError("Group variable is empty or not provided")
        _both(counts)
        by_group = counts.by_group(predicted=predicted)
        rejected, accepted = by_group.sum(axis=1).T
        for kind, number in (("positive", accepted.sum()), ("negative", rejected.sum())):
            if not number:
                raise UndefinedMetricError(f"No {kind} labels in set")
        share_rejected = by_group[:, 1, 0] / np.maximum(rejected, 1)
        share_accepted = by_group[:, 1, 1] / np.maximum(accepted, 1)
        sizes = rejected + accepted
        return float(np.sum(sizes * (share_rejected - share_accepted)) / sizes.sum())

    return compute


def _gap(rate: Callable[[Confusion], float], *, of_advantaged: bool) -> Callable[[Counts], float]:
    """Return the metric "rate of a minus rate of d", or the reverse."""

    def compute(counts: Counts) -> float:
        a, d = _both(counts)
        return _difference(rate(a), rate(d)) if of_advantaged else _difference(rate(d), rate(a))

    return compute


def _flip_test(counts: Counts) -> float:
    _, d = _both(counts)
    if counts.flip_error:
        raise UndefinedMetricError(counts.flip_error)
    return counts.net_flips / d.total


def _generalized_entropy(counts: Counts) -> float:
    a, d = counts.advantaged, counts.disadvantaged
    total = a.total + d.total
    doubled = a.false_positives + d.false_positives  # benefit 2
    equal = a.true_positives + d.true_positives + a.true_negatives + d.true_negatives  # benefit 1
    mean = (2 * doubled + equal) / total if total else 0.0
    if not mean:
        raise UndefinedMetricError("All predicted labels are false negatives")
    return ((4 * doubled + equal) / mean**2 - total) / (2 * total)


PRE_TRAINING: Mapping[str, Metric] = {
    "CDDL": Metric("Conditional Demographic Disparity in Labels (CDDL)", _conditional_disparity(predicted=False)),
    "CI": Metric("Class Imbalance (CI)", _class_imbalance),
    "DPL": Metric("Difference in Positive Proportions in Labels (DPL)", _label_proportions),
    "JS": Metric("Jensen-Shannon Divergence (JS)", _jensen_shannon),
    "KL": Metric("Kullback-Liebler Divergence (KL)", _kullback_leibler),
    "KS": Metric("Kolmogorov-Smirnov Distance (KS)", _norm(np.inf)),
    "LP": Metric("L-p Norm (LP)", _norm(2)),
    "TVD": Metric("Total Variation Distance (TVD)", _norm(1, factor=0.5)),
}

POST_TRAINING: Mapping[str, Metric] = {
    "AD": Metric(
        "Accuracy Difference (AD)",
        _gap(lambda c: _ratio(c.true_positives + c.true_negatives, c.total), of_advantaged=True),
    ),
    "CDDPL": Metric(
        "Conditional Demographic Disparity in Predicted Labels (CDDPL)", _conditional_disparity(predicted=True)
    ),
    "DAR": Metric(
        "Difference in Acceptance Rates (DAR)",
        _gap(lambda c: _ratio(c.true_positives, c.predicted_positives), of_advantaged=True),
    ),
    "DCA": Metric(
        "Difference in Conditional Acceptance (DCA)",
        _gap(lambda c: _ratio(c.positives, c.predicted_positives), of_advantaged=True),
    ),
    "DCR": Metric(
        "Difference in Conditional Rejection (DCR)",
        _gap(lambda c: _ratio(c.negatives, c.predicted_negatives), of_advantaged=False),
    ),
    "DI": Metric("Disparate Impact (DI)", _disparate_impact),
    "DPPL": Metric("Difference in Positive Proportions in Predicted Labels (DPPL)", _predicted_proportions),
    "DRR": Metric(
        "Difference in Rejection Rates (DRR)",
        _gap(lambda c: _ratio(c.true_negatives, c.predicted_negatives), of_advantaged=False),
    ),
    "FT": Metric("Flip Test (FT)", _flip_test),
    "GE": Metric("Generalized Entropy (GE)", _generalized_entropy),
    "RD": Metric("Recall Difference (RD)", _gap(lambda c: _ratio(c.true_positives, c.positives), of_advantaged=True)),
    "SD": Metric(
        "Specificity Difference (SD)", _gap(lambda c: _ratio(c.true_negatives, c.negatives), of_advantaged=False)
    ),
    "TE": Metric(
        "Treatment Equality (TE)",
        _gap(lambda c: _ratio(c.false_negatives, c.false_positives), of_advantaged=False),
    ),
}
METRICS: Mapping[str, Metric] = {**PRE_TRAINING, **POST_TRAINING}
