"""analysis.json: the results of an analysis, and the constraints of a monitor.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from analyzer.clarify.bias.analysis import BiasAnalysis, FacetResult, MetricResult
from analyzer.clarify.bias.metrics import METRICS
from analyzer.clarify.config import METRIC_ALIASES
from analyzer.clarify.shap.explain import Explanations
from analyzer.data_quality.documents.reading import read_document
from analyzer.job.failure import AnalysisError

ANALYSIS_FILE = "analysis.json"
VERSION = "1.0"
STAGES = {"post_training": "post_training_bias_metrics", "pre_training": "pre_training_bias_metrics"}


def analysis_document(bias: BiasAnalysis | None, explanations: Explanations | None) -> dict[str, Any]:
    """Return the content of analysis.json; only what was computed has a section."""
    document: dict[str, Any] = {"version": VERSION}
    if bias is not None:
        for stage, key in STAGES.items():
            facets = _facets(bias.facets, stage)
            if facets:
                document[key] = {
                    "label": bias.label,
                    "facets": facets,
                    "label_value_or_threshold": bias.positive.text,
                }
    if explanations is not None:
        expected = explanations.expected_values.tolist()
        document["explanations"] = {
            "kernel_shap": {
                label: {"global_shap_values": dict(values), "expected_value": expected[position]}
                for position, (label, values) in enumerate(explanations.by_label().items())
            }
        }
    return document


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document, indented."""
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def value_text(value: float) -> str:
    """Return a number as the service writes it."""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(float(value))


def results_of(facet: FacetResult, stage: str) -> Sequence[MetricResult]:
    """Return the metrics of a stage (``pre_training`` or ``post_training``)."""
    return facet.pre_training if stage == "pre_training" else facet.post_training


def _facets(facets: Sequence[FacetResult], stage: str) -> dict[str, list[dict[str, Any]]]:
    document: dict[str, list[dict[str, Any]]] = {}
    for facet in facets:
        metrics = [_metric(result) for result in results_of(facet, stage)]
        if metrics:
            document.setdefault(facet.facet, []).append({"value_or_threshold": facet.group.text, "metrics": metrics})
    return document


def _metric(result: MetricResult) -> dict[str, Any]:
    value = result.value
    document: dict[str, Any] = {
        "name": result.name,
        "description": METRICS[result.name].description,
        "value": value_text(value) if value is not None and math.isinf(value) else value,
    }
    return document | ({"error": result.error} if value is None else {})


class Baseline:
    """The analysis.json that a monitoring run compares with.

    Raises:
        AnalysisError: When the file is no such document.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document = read_document(path)
        try:
            self._metrics = {key: value for stage in STAGES for key, value in self._stage_metrics(stage)}
            self._shap = self._attributions()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnalysisError(f"{path} is not an analysis.json: {type(error).__name__} {error}") from error

    def knows(self, facet: FacetResult) -> bool:
        """Return whether the baseline has metrics of this facet value."""
        return any(key[1:3] == (facet.facet, _lower_edge(facet.group.text)) for key in self._metrics)

    def metric(self, stage: str, facet: FacetResult, name: str) -> float | None:
        """Return the value of a metric for a facet value; None when the baseline has none."""
        return self._metrics.get((stage, facet.facet, _lower_edge(facet.group.text), name))

    def attributions(self, label: str) -> Mapping[str, float]:
        """Return the global attributions of the features.

        Raises:
            AnalysisError: When the baseline does not have that label.
        """
        if label not in self._shap:
            raise AnalysisError(
                f"{self._path} has no attributions of {label}, only of {', '.join(self._shap) or 'nothing'}: make the "
                "baseline with the same methods.shap and predictor.label_headers"
            )
        return self._shap[label]

    def _stage_metrics(self, stage: str) -> list[tuple[tuple[str, str, str, str], float]]:
        facets = (self._document.get(STAGES[stage]) or {}).get("facets") or {}
        return [
            ((stage, facet, _lower_edge(entry["value_or_threshold"]), _name(metric)), float(metric["value"]))
            for facet, entries in facets.items()
            for entry in entries
            for metric in entry["metrics"]
            if metric.get("value") is not None
        ]

    def _attributions(self) -> dict[str, dict[str, float]]:
        labels = (self._document.get("explanations") or {}).get("kernel_shap") or {}
        return {
            label: {name: float(value) for name, value in entry["global_shap_values"].items()}
            for label, entry in labels.items()
        }


def _name(metric: Mapping[str, Any]) -> str:
    name = str(metric["name"])
    return METRIC_ALIASES.get(name, name)


def _lower_edge(text: str) -> str:
    """Return what two runs have in common: an interval ends at the largest value, which is another one every time."""
    if not text.startswith("("):
        return text
    edge = text[1:].partition(",")[0]
    return f"({float(edge)}"
