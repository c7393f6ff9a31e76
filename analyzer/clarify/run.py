"""One run of a bias or explainability job."""

import csv
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from analyzer.clarify.bias.analysis import BiasAnalysis, analyse_bias
from analyzer.clarify.bias.drift import DriftRule
from analyzer.clarify.config import CSV, JSON_LINES, AnalysisConfig, ShapConfig
from analyzer.clarify.document import ANALYSIS_FILE, VERSION, Baseline, analysis_document, write_document
from analyzer.clarify.parameters import ClarifyParameters
from analyzer.clarify.publishing import attribution_metrics, bias_metrics
from analyzer.clarify.reading.captures import read_captures
from analyzer.clarify.reading.predictions import ResponseReader
from analyzer.clarify.reading.records import Records
from analyzer.clarify.reading.tables import read_table
from analyzer.clarify.reading.transform_inputs import read_transform_inputs
from analyzer.clarify.report import REPORT_FILE, report_page
from analyzer.clarify.shap.baseline import baseline_rows
from analyzer.clarify.shap.explain import Explanations, explain
from analyzer.clarify.shap.predictor import Predictor
from analyzer.clarify.violations import Violation, attribution_violations, bias_violations
from analyzer.data_quality.documents.violations import VIOLATIONS_FILE
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues
from analyzer.job.metrics import Metric, publish
from analyzer.job.parameters import FormatKind

_log = logging.getLogger(__name__)
_SHAP_FOLDER = "explanations_shap"


def run_clarify(environment: Mapping[str, str]) -> int:
    """Analyse bias, attributions or both, compare them with a baseline if there is one, and write all documents.

    Returns:
        Number of violations.

    Raises:
        AnalysisError: When configuration, data, model or baseline do not allow the analysis.
    """
    parameters = ClarifyParameters.from_environment(environment)
    config = AnalysisConfig.load(parameters.config)
    baseline = Baseline(parameters.baseline) if parameters.baseline else None
    parameters.output.mkdir(parents=True, exist_ok=True)
    issues = DataIssues(strict=parameters.dataset_format is None, patient=parameters.is_robust)
    records = _read(config, parameters, issues)
    predictor = _predictor(config, parameters, records)
    if config.shap is not None and predictor is not None and parameters.is_robust:
        records = _answered(records, predictor, parameters, issues)
    issues.conclude(len(records.rows), parameters.output)
    _log.info("%d rows of %d features analysed", len(records.rows), len(records.feature_names))
    bias = _bias(config, records, predictor)
    explanations = _explanations(config, parameters, records, predictor)
    violations = list(_violations(bias, explanations, baseline, parameters.bias_drift_rule)) if baseline else []
    _write(parameters.output, config, bias, explanations, violations)
    if baseline:
        write_document(parameters.output / VIOLATIONS_FILE, {"version": VERSION, "violations": violations})
    publish(
        parameters.publication,
        chain(_metrics(bias, explanations), issues.metrics() if parameters.is_robust else ()),
    )
    return len(violations)


def _read(config: AnalysisConfig, parameters: ClarifyParameters, issues: DataIssues) -> Records:
    captured = parameters.dataset_format
    if captured is None:
        records = read_table(config, parameters.data, issues)
    elif captured.kind in (FormatKind.CAPTURE, FormatKind.MERGED):
        records = read_captures(config, parameters, issues)
    else:
        records = read_transform_inputs(config, captured, parameters, issues)
    if not records.rows:
        issues.conclude(0, parameters.output)
        raise AnalysisError(f"Job inputs had no data: {parameters.data} holds no records")
    return records


def _answered(records: Records, predictor: Predictor, parameters: ClarifyParameters, issues: DataIssues) -> Records:
    """Return the rows that the model answers: one that it refuses is not to end a run of all others."""
    answered = predictor.answered(records.rows)
    issues.add_rows(parameters.data, len(records.rows) - len(answered), "the model gives no score for the row")
    return records.selected(answered)


def _predictor(config: AnalysisConfig, parameters: ClarifyParameters, records: Records) -> Predictor | None:
    if not parameters.predictor_url:
        return None
    return Predictor(
        parameters.predictor_url,
        config.predictor,
        ResponseReader.of(config, parameters.attributes),
        records.feature_names,
        JSON_LINES if records.is_json else CSV,
    )


def _bias(config: AnalysisConfig, records: Records, predictor: Predictor | None) -> BiasAnalysis | None:
    if config.bias is None:
        return None
    if config.bias.post_training and records.predictions is None:
        if predictor is None:
            raise AnalysisError(
                "post-training bias needs predictions: name the data set's column of them as predicted_label, name a "
                "model as predictor.model_name, or ask for methods.pre_training_bias only"
            )
        records = replace(records, predictions=predictor.labels(records.rows))
    return analyse_bias(config.bias, records)


def _explanations(
    config: AnalysisConfig, parameters: ClarifyParameters, records: Records, predictor: Predictor | None
) -> Explanations | None:
    if config.shap is None:
        return None
    if predictor is None:
        raise AnalysisError(
            "methods.shap needs a model to ask: name it as predictor.model_name, so that the job is given its URL "
            "(environment variable predictor_url)"
        )
    baseline = baseline_rows(
        config, config.shap, parameters.shap_baseline, parameters.attributes.features, records.feature_names
    )
    begin, waited = time.perf_counter(), predictor.seconds
    explanations = explain(config.shap, records, baseline, predictor.scores, config.predictor.label_headers)
    seconds, waited = time.perf_counter() - begin, predictor.seconds - waited
    _log.info(
        "attributions of %d rows took %.1f s, %.0f %% of it in the model",
        *(len(records.rows), seconds, 100 * waited / max(seconds, waited, 1e-9)),
    )
    return explanations


def _violations(
    bias: BiasAnalysis | None, explanations: Explanations | None, baseline: Baseline, rule: DriftRule
) -> Iterator[Violation]:
    if bias is not None:
        yield from bias_violations(bias, baseline, rule)
    if explanations is not None:
        yield from attribution_violations(explanations, baseline)


def _metrics(bias: BiasAnalysis | None, explanations: Explanations | None) -> Iterator[Metric]:
    if bias is not None:
        yield from bias_metrics(bias)
    if explanations is not None:
        yield from attribution_metrics(explanations)


def _write(
    output: Path,
    config: AnalysisConfig,
    bias: BiasAnalysis | None,
    explanations: Explanations | None,
    violations: Sequence[Violation],
) -> None:
    write_document(output / ANALYSIS_FILE, analysis_document(bias, explanations))
    page = report_page(config.title, bias, explanations, violations)
    (output / REPORT_FILE).write_text(page, encoding="utf-8")
    if explanations is not None and config.shap is not None:
        _write_shap(output / _SHAP_FOLDER, config.shap, explanations)


def _write_shap(folder: Path, config: ShapConfig, explanations: Explanations) -> None:
    folder.mkdir(exist_ok=True)
    _write_csv(folder / "baseline.csv", [explanations.features, *explanations.baseline])
    if config.save_local_shap_values:
        header = [f"{feature}_{label}" for label in explanations.labels for feature in explanations.features]
        values = explanations.local_values.transpose(0, 2, 1).reshape(len(explanations.local_values), -1)
        _write_csv(folder / "out.csv", [header, *values.tolist()])


def _write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
