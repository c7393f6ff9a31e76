"""Model-quality monitors of the file."""

from __future__ import annotations

from model_monitor import ModelMonitoring
from stacks.configuration.alarms import limits_of
from stacks.configuration.ground_truth import ground_truth_of
from stacks.configuration.model_quality import ModelQualityConfig, ModelQualitySettings
from stacks.imports import Imports


def add_model_quality(
    monitoring: ModelMonitoring, monitor: ModelQualityConfig, settings: ModelQualitySettings, imports: Imports
) -> None:
    """Add a monitor of how good predictions turn out to be.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        imports: Existing resources.
    """
    with imports.at("problem"):
        problem = monitor.problem.build()
    with imports.at("columns"):
        columns = monitor.columns.build(problem) if monitor.columns else None
    options = settings.options(imports)
    with imports.at("ground_truth"):
        ground_truth = ground_truth_of(monitor.ground_truth, imports, options["schedule"])
    with imports.at("baseline"):
        baseline = monitor.baseline.build(imports)
    for name in settings.thresholds or {}:
        with imports.at("thresholds", name):
            problem.require_threshold(name)
    thresholds = limits_of(settings.thresholds or {}, problem, imports, "thresholds")
    with imports.at("alarms"):
        alarms = settings.alarms.build_for(problem, imports) if settings.alarms else None
    monitoring.add_model_quality(
        monitor.id,
        problem=problem,
        ground_truth=ground_truth,
        baseline=baseline,
        columns=columns,
        thresholds=None if settings.thresholds is None else thresholds,
        alarms=alarms,
        tolerance=settings.tolerance,
        **settings.scripts(),
        **options,
    )
