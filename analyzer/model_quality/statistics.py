"""statistics.json of model quality.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html; au_prc follows the
files that the service's container has written since 2024.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from analyzer.job.parameters import Window
from analyzer.model_quality.outcomes import Metric, Quality
from analyzer.model_quality.problem import ProblemType
from analyzer.text.jackson import Json

_MATRIX, _FIRST_AREA = "confusion_matrix", "auc"


def statistics_document(quality: Quality, problem_type: ProblemType, window: Window) -> Json:
    """Return the content of statistics.json.

    Args:
        quality: What was measured.
        problem_type: What the model predicts.
        window: Span of time that the rows are from.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return {
        "version": 0.0,
        "dataset": {
            "item_count": quality.item_count,
            **window.to_json(),
            "evaluation_time": f"{now}Z",
        },
        f"{problem_type.section}_metrics": _metrics(quality),
    }


def _metrics(quality: Quality) -> Mapping[str, Json]:
    """Return matrix, numbers and curves; the curves stand before the areas under them."""
    curves = {name: table for name, table in quality.tables.items() if name != _MATRIX}
    body: dict[str, Json] = {_MATRIX: quality.tables[_MATRIX]} if _MATRIX in quality.tables else {}
    for name, metric in quality.metrics.items():
        body |= curves if name == _FIRST_AREA else {}
        body[name] = _number(metric)
    return body


def _number(metric: Metric) -> Json:
    return {"value": metric.value, "standard_deviation": metric.standard_deviation}
