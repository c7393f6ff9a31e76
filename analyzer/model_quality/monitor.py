"""One run of the model-quality monitor."""

import logging
import math
from collections.abc import Iterator, Sequence
from itertools import chain

from analyzer.data_quality.documents.constraints import CONSTRAINTS_FILE
from analyzer.data_quality.documents.statistics import STATISTICS_FILE
from analyzer.data_quality.documents.violations import VIOLATIONS_FILE
from analyzer.dataset.opening import open_dataset
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.metrics import Metric, publish
from analyzer.job.parameters import FormatKind, OddRecords, Parameters
from analyzer.model_quality.binary import BinaryOutcomes
from analyzer.model_quality.constraints import Limits, constraints_document, load_limits, suggest_limits
from analyzer.model_quality.multiclass import MulticlassOutcomes, report_disjoint_labels
from analyzer.model_quality.observations import Observations, observe
from analyzer.model_quality.outcomes import Outcomes, Quality
from analyzer.model_quality.problem import Problem, ProblemType
from analyzer.model_quality.regression import RegressionOutcomes
from analyzer.model_quality.spread import measure
from analyzer.model_quality.statistics import statistics_document
from analyzer.model_quality.violations import Violation, check_limits, violations_document
from analyzer.text.jackson import write_json

_log = logging.getLogger(__name__)


def run_model_quality(parameters: Parameters) -> int:
    """Compare predictions with labels, check the result against the baseline if there is one, write all documents.

    Returns:
        Number of violations.

    Raises:
        AnalysisError: When data set, problem or baseline do not allow the analysis.
    """
    problem = Problem.of(parameters)
    limits = _limits(parameters, problem)
    parameters.output_path.mkdir(parents=True, exist_ok=True)
    # Merged records are traffic, with or without a baseline to compare them with.
    is_traffic = limits is not None or parameters.dataset_format.kind is FormatKind.MERGED
    is_robust = is_traffic and parameters.odd_records is OddRecords.ROBUST
    issues = DataIssues(strict=not is_traffic, patient=is_robust)
    outcomes = _outcomes(_observations(parameters, problem, issues), problem.type, parameters, issues)
    quality = measure(outcomes)
    _report_undefined(quality, outcomes, parameters, issues)
    violations = _violations(quality, limits, parameters, issues)
    issues.conclude(quality.item_count, parameters.output_path)
    statistics = statistics_document(quality, problem.type, parameters.window)
    output = parameters.output_path
    write_json(output / STATISTICS_FILE, statistics)
    write_json(output / CONSTRAINTS_FILE, constraints_document(suggest_limits(quality), problem.type))
    if limits is not None:
        write_json(output / VIOLATIONS_FILE, violations_document(violations))
    metrics = _metrics(quality, violations if limits is not None else None)
    publish(parameters.publication, chain(metrics, issues.metrics() if is_robust else ()))
    return len(violations)


def _limits(parameters: Parameters, problem: Problem) -> Limits | None:
    path = parameters.baseline_constraints
    return load_limits(path, problem.type) if path else None


def _observations(parameters: Parameters, problem: Problem, issues: DataIssues) -> Observations:
    batches = open_dataset(parameters, issues).tables()
    observations = observe(batches, problem, parameters.dataset_source, issues)
    if not observations.height:
        issues.conclude(0, parameters.output_path)
        raise AnalysisError(f"Job inputs had no data: {parameters.input_description} holds no records")
    _log.info("%d predictions compared with their labels", observations.height)
    return observations


def _outcomes(
    observations: Observations, problem_type: ProblemType, parameters: Parameters, issues: DataIssues
) -> Outcomes:
    match problem_type:
        case ProblemType.BINARY:
            return BinaryOutcomes.of(observations)
        case ProblemType.MULTICLASS:
            outcomes = MulticlassOutcomes.of(observations)
            report_disjoint_labels(observations, parameters.dataset_source, issues)
            return outcomes
        case ProblemType.REGRESSION:
            return RegressionOutcomes.of(observations)


def _report_undefined(quality: Quality, outcomes: Outcomes, parameters: Parameters, issues: DataIssues) -> None:
    names = [name for name, metric in quality.metrics.items() if not math.isfinite(metric.value)]
    if names:
        issues.add(
            Location(parameters.dataset_source),
            "metrics without a finite value",
            f"{', '.join(names)}: {outcomes.why_undefined()}",
        )


def _violations(
    quality: Quality, limits: Limits | None, parameters: Parameters, issues: DataIssues
) -> Sequence[Violation]:
    if limits is None or parameters.baseline_constraints is None:
        return []
    return check_limits(quality, limits, source=Location(parameters.baseline_constraints), issues=issues)


def _metrics(quality: Quality, violations: Sequence[Violation] | None) -> Iterator[Metric]:
    """Yield every number that has a value, under its name in statistics.json.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html; the number of
    violations is sent by the containers since 2024.
    """
    for name, metric in quality.metrics.items():
        yield Metric(name, metric.value, {})
    if violations is not None:
        yield Metric("total_number_of_violations", float(len(violations)), {})
