"""Drift of attributions: another order of the features.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-feature-attribution-drift.html
"""

from collections.abc import Mapping
from math import log2

from analyzer.job.failure import AnalysisError

# Scores below it are violations; the service lets nobody change it.
NDCG_THRESHOLD = 0.9


def ndcg(live: Mapping[str, float], baseline: Mapping[str, float]) -> float:
    """Return how well the live order of the features keeps those in front that mattered in the baseline, 1 at best.

    The baseline's attributions are summed with discounts in the live order, and compared to the same sum in the
    baseline's order.

    Example:
        >>> round(ndcg({"sat": 0.1, "gpa": 0.2, "rank": 0.7}, {"sat": 0.7, "gpa": 0.5, "rank": 0.05}), 2)
        0.69

    Raises:
        AnalysisError: When the features are not the same.
    """
    if live.keys() != baseline.keys():
        raise AnalysisError(
            f"the baseline explains the features {', '.join(baseline)}, but the data has {', '.join(live)}: "
            "make the baseline again or correct headers in analysis_config.json"
        )
    ideal = _gain(baseline, baseline)
    return _gain(live, baseline) / ideal if ideal else 1.0


def _gain(order: Mapping[str, float], values: Mapping[str, float]) -> float:
    ranked = sorted(order, key=lambda name: -order[name])
    return sum(values[name] / log2(rank + 1) for rank, name in enumerate(ranked, start=1))
