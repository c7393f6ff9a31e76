"""Model-quality monitors of the file."""

from __future__ import annotations

from model_monitor import MetricLimit, ModelMonitoring, ModelQualityAlarms, ProblemType, QualityColumns
from stacks import translation
from stacks.configuration.alarms import ModelQualityAlarmsConfig
from stacks.configuration.model_quality import ModelQualityConfig, ModelQualitySettings
from stacks.configuration.predictions import BinaryClassification, Multiclass, Problem, QualityColumnsConfig
from stacks.monitors.values import MonitorValues, common_alarms


def add_model_quality(
    monitoring: ModelMonitoring, monitor: ModelQualityConfig, settings: ModelQualitySettings, values: MonitorValues
) -> None:
    """Adds a monitor of how good predictions turn out to be.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        values: Makes values of the library.
    """
    with values.at("problem"):
        problem = _problem(monitor.problem)
    with values.at("columns"):
        columns = _columns(monitor.columns, problem) if monitor.columns else None
    options = values.options(settings)
    monitoring.add_model_quality(
        monitor.id,
        problem=problem,
        ground_truth=values.ground_truth(monitor.ground_truth, options["schedule"]),
        baseline=values.baseline(monitor.baseline),
        columns=columns,
        thresholds=_thresholds(settings, problem, values),
        alarms=_alarms(settings.alarms, problem, values) if settings.alarms else None,
        tolerance=settings.tolerance,
        **values.scripts(settings),
        **options,
    )


def _problem(config: Problem) -> ProblemType:
    if isinstance(config, BinaryClassification):
        binary = config.binary_classification
        return ProblemType.binary_classification(
            inference_attribute=binary.inference,
            probability_attribute=binary.probability,
            probability_threshold=binary.probability_threshold,
        )
    if isinstance(config, Multiclass):
        return ProblemType.multiclass(inference_attribute=config.multiclass.inference)
    return ProblemType.regression(inference_attribute=config.regression.inference)


def _columns(config: QualityColumnsConfig, problem: ProblemType) -> QualityColumns:
    columns = QualityColumns(
        ground_truth=config.ground_truth, inference=config.inference, probability=config.probability
    )
    columns.require_fitting(problem)
    return columns


def _thresholds(
    settings: ModelQualitySettings, problem: ProblemType, values: MonitorValues
) -> dict[str, MetricLimit] | None:
    if settings.thresholds is None:
        return None
    limits = {}
    for name, limit in settings.thresholds.items():
        with values.at("thresholds", name):
            problem.require_threshold(name)
            limits[name] = translation.limit(limit)
            problem.require_limit(name, limits[name])
    return limits


def _alarms(config: ModelQualityAlarmsConfig, problem: ProblemType, values: MonitorValues) -> ModelQualityAlarms:
    limits = {}
    for name, limit in config.metrics.items():
        with values.at("alarms", "metrics", name):
            limits[name] = translation.limit(limit)
            problem.require_limit(name, limits[name])
    with values.at("alarms"):
        return ModelQualityAlarms(
            metrics=limits,
            minimum_label_coverage=translation.never(config.minimum_label_coverage),
            **common_alarms(config),
        )
