"""One run of the data-quality monitor."""

import logging
from collections.abc import Iterator, Mapping
from itertools import chain

from analyzer.data_quality.baseline import Baseline
from analyzer.data_quality.check import check_constraints
from analyzer.data_quality.documents.constraints import CONSTRAINTS_FILE
from analyzer.data_quality.documents.statistics import STATISTICS_FILE, statistics_document
from analyzer.data_quality.documents.violations import VIOLATIONS_FILE, Violation, violations_document
from analyzer.data_quality.drift import Drift
from analyzer.data_quality.metrics import feature_metrics
from analyzer.data_quality.profile.table import TableProfile
from analyzer.data_quality.suggest import suggest_constraints
from analyzer.dataset.opening import open_dataset
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues
from analyzer.job.metrics import Metric, publish
from analyzer.job.parameters import FormatKind, Parameters
from analyzer.text.jackson import write_json

_log = logging.getLogger(__name__)


def run_data_quality(parameters: Parameters) -> int:
    """Profile the data set, check it against the baseline if there is one, and write all documents.

    Returns:
        Number of violations.

    Raises:
        AnalysisError: When the data set or the baseline cannot be analysed.
    """
    parameters.output_path.mkdir(parents=True, exist_ok=True)
    baseline = Baseline.load(parameters)
    issues = DataIssues(strict=parameters.is_baseline, patient=parameters.is_robust)
    table = _profile(parameters, baseline, issues)
    suggested = suggest_constraints(table, parameters.categorical_drift_method)
    write_json(parameters.output_path / STATISTICS_FILE, statistics_document(table))
    write_json(parameters.output_path / CONSTRAINTS_FILE, suggested.to_json())
    drifts = baseline.drifts(table)
    violations: list[Violation] = []
    if not parameters.is_baseline:
        violations = check_constraints(table, baseline.constraints, drifts) if baseline.constraints else []
        write_json(parameters.output_path / VIOLATIONS_FILE, violations_document(violations))
    publish(
        parameters.publication,
        chain(_metrics(table, baseline, drifts), issues.metrics() if parameters.is_robust else ()),
    )
    return len(violations)


def _profile(parameters: Parameters, baseline: Baseline, issues: DataIssues) -> TableProfile:
    table = TableProfile.of(open_dataset(parameters, issues, baseline.names).tables(), baseline.watched())
    issues.conclude(table.item_count, parameters.output_path)
    if not table.item_count:
        raise AnalysisError(f"Job inputs had no data: {parameters.input_description} holds no records")
    _log.info("%d rows of %d columns analysed", table.item_count, len(table.columns))
    # A header is no better than what wrote it; what a script calls its columns is meant.
    by_name = parameters.dataset_format.kind is not FormatKind.CSV or parameters.record_preprocessor_script is not None
    return table.aligned(baseline.names, by_name=by_name) if baseline.names else table


def _metrics(table: TableProfile, baseline: Baseline, drifts: Mapping[str, Drift]) -> Iterator[Metric]:
    if not baseline.fits(table):
        # Features are matched by position: with other columns, values would go under wrong names.
        _log.warning("no metrics are written, because the columns are not those of the baseline")
        return
    for name, profile in table.columns.items():
        if baseline.config(name).emit_metrics:
            yield from feature_metrics(name, profile, drifts.get(name))
