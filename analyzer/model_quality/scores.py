"""F-scores, and what metrics of the constant classifier are called."""

import math

BEST_CONSTANT = "_best_constant_classifier"
_BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}


def f_score(precision: float, recall: float, beta: float) -> float:
    """Return the weighted harmonic mean in which recall counts ``beta`` times as much; 0 when both are 0."""
    if math.isnan(recall):
        return math.nan
    if not precision and not recall:
        return 0.0
    return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall)


def f_scores(precision: float, recall: float, *, suffix: str = "") -> dict[str, float]:
    """Return F0.5, F1 and F2 under the names of statistics.json."""
    return {f"{name}{suffix}": f_score(precision, recall, beta) for name, beta in _BETAS.items()}
