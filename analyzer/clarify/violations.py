"""constraint_violations.json of the bias and explainability monitors.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-model-attribution-drift-violations.html
"""

import logging
from collections.abc import Iterator

from analyzer.clarify.bias.analysis import BiasAnalysis
from analyzer.clarify.bias.drift import DriftRule, is_drift
from analyzer.clarify.document import STAGES, Baseline, results_of, value_text
from analyzer.clarify.shap.drift import NDCG_THRESHOLD, ndcg
from analyzer.clarify.shap.explain import Explanations

_log = logging.getLogger(__name__)

Violation = dict[str, str]


def bias_violations(
    analysis: BiasAnalysis, baseline: Baseline, rule: DriftRule = DriftRule.SERVICE
) -> Iterator[Violation]:
    """Yield the metrics that are worse than the baseline's.

    A metric that has no value, here or in the baseline, is no violation.
    """
    for facet in analysis.facets:
        if not baseline.knows(facet):
            _log.warning(
                "the baseline has no %s %s, so it is not compared; whole numbers can be categories in "
                "one data set and continuous in another",
                *(facet.facet, facet.group.text),
            )
        for stage in STAGES:
            for result in results_of(facet, stage):
                limit = baseline.metric(stage, facet, result.name)
                if result.value is None or limit is None:
                    continue
                if is_drift(result.name, facet.counts, result.value, limit, rule):
                    yield {
                        "constraint_check_type": "bias_drift_check",
                        "description": f"Metric value {value_text(result.value)} doesn't meet the baseline constraint "
                        f"requirement {value_text(limit)}",
                        "facet": facet.facet,
                        "facet_value": facet.group.configured,
                        "metric_name": result.name,
                    }


def attribution_violations(explanations: Explanations, baseline: Baseline) -> Iterator[Violation]:
    """Yield the labels whose features have another order of importance than in the baseline."""
    for label, live in explanations.by_label().items():
        score = ndcg(live, baseline.attributions(label))
        if score < NDCG_THRESHOLD:
            yield {
                "label": label,
                "metric_name": "shap",
                "constraint_check_type": "feature_attribution_drift_check",
                "description": f"Feature attribution drift {value_text(score)} exceeds threshold {NDCG_THRESHOLD}",
            }
