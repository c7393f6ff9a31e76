"""CloudWatch metrics of a Clarify run.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-cw.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-feature-attribute-drift-cw.html
"""

import math
from collections.abc import Iterator

from analyzer.clarify.bias.analysis import BiasAnalysis
from analyzer.clarify.document import results_of
from analyzer.clarify.shap.explain import Explanations
from analyzer.job.metrics import Metric

# What the service publishes in the place of infinity, which CloudWatch does not take.
INFINITY = 2.348543e108
_STAGES = {"pre_training": "Pre-training", "post_training": "Post-Training"}


def bias_metrics(analysis: BiasAnalysis) -> Iterator[Metric]:
    """Yield the metrics that have a value."""
    for facet in analysis.facets:
        for stage, title in _STAGES.items():
            dimensions = {
                "BiasStage": title,
                "Label": analysis.label,
                "LabelValue": analysis.positive.configured,
                "Facet": facet.facet,
                "FacetValue": facet.group.configured,
            }
            for result in results_of(facet, stage):
                if result.value is not None:
                    yield Metric(f"bias_metric_{result.name}", _finite(result.value), dimensions)


def attribution_metrics(explanations: Explanations) -> Iterator[Metric]:
    """Yield the attributions of all features, and the expected value, for every label."""
    expected = explanations.expected_values.tolist()
    for position, (label, values) in enumerate(explanations.by_label().items()):
        dimensions = {"ExplainabilityMethod": "KernelShap", "Label": label}
        for feature, value in values.items():
            yield Metric(f"feature_{feature}", value, dimensions | {"ValueType": "GlobalShapValues"})
        yield Metric("ExpectedValue", expected[position], dimensions | {"ValueType": "ExpectedValue"})


def _finite(value: float) -> float:
    return math.copysign(INFINITY, value) if math.isinf(value) else value
