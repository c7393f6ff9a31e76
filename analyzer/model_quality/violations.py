"""constraint_violations.json of model quality: metrics beyond their limits.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-schedule.html and files of real runs
for texts and order.
"""

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.job.issues import DataIssues, Location
from analyzer.model_quality.constraints import Comparison, Limit, Limits
from analyzer.model_quality.outcomes import Metric, Quality
from analyzer.text.jackson import Json
from analyzer.text.java_double import java_double

_log = logging.getLogger(__name__)

# The order of the service's files, the same in all of them: first of binary problems, then of the others.
_ORDER = (
    "auc",
    "precision",
    "true_positive_rate",
    "f1",
    "weighted_f2",
    "accuracy",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "recall",
    "f2",
    "weighted_recall",
    "weighted_precision",
    "weighted_f1",
)
# The service suggests limits for these and never reports them as broken, in any of its published files.
NEVER_REPORTED = ("f0_5", "weighted_f0_5")


@dataclass(frozen=True)
class Violation:
    """A metric that is beyond its limit."""

    metric_name: str
    check_type: Comparison
    description: str


def check_limits(quality: Quality, limits: Limits, *, source: Location, issues: DataIssues) -> list[Violation]:
    """Return the metrics that are beyond their limits, in the service's order.

    Args:
        quality: What was measured.
        limits: What is allowed.
        source: The file of the limits, for messages.
        issues: Where limits go that nothing can be held against.
    """
    unknown = [name for name in limits if name not in quality.metrics]
    if unknown:
        issues.add(
            source,
            "limits that were not checked",
            f"{', '.join(unknown)}, but this run has {', '.join(quality.metrics)} (auc needs probability_attribute)",
        )
    broken = {
        name: (quality.metrics[name], limit)
        for name, limit in limits.items()
        if name in quality.metrics and limit.is_broken_by(quality.metrics[name].value)
    }
    for name in NEVER_REPORTED:
        if name in broken:
            _log.warning("%s is beyond its limit too, which is not reported, as in the service", name)
    ordered = sorted(broken.keys() - {*NEVER_REPORTED}, key=[*_ORDER, *limits].index)
    return [_violation(name, *broken[name]) for name in ordered]


def violations_document(violations: Iterable[Violation]) -> Json:
    """Return the content of constraint_violations.json."""
    return {
        "violations": [
            {
                "constraint_check_type": violation.check_type.value,
                "description": violation.description,
                "metric_name": violation.metric_name,
            }
            for violation in violations
        ]
    }


def _violation(name: str, metric: Metric, limit: Limit) -> Violation:
    deviation = math.nan if metric.standard_deviation is None else metric.standard_deviation
    shown = _camel_case(name)
    text = (
        f"Metric {shown} with {java_double(metric.value)} +/- {java_double(deviation)} was {limit.comparison} "
        f"'{java_double(limit.threshold)}'"
    )
    return Violation(shown, limit.comparison, text)


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
