"""Data-quality monitors of the file."""

from __future__ import annotations

from model_monitor import ModelMonitoring
from stacks.configuration.data_quality import DataQualityConfig, DataQualitySettings
from stacks.imports import Imports


def add_data_quality(
    monitoring: ModelMonitoring, monitor: DataQualityConfig, settings: DataQualitySettings, imports: Imports
) -> None:
    """Add a monitor of what the model is sent.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        imports: Existing resources.
    """
    options = settings.options(imports)
    with imports.at("constraints"):
        constraints = settings.constraints.build() if settings.constraints else None
    with imports.at("alarms"):
        alarms = settings.alarms.build() if settings.alarms else None
    with imports.at("baseline"):
        baseline = monitor.baseline.build(imports)
    monitoring.add_data_quality(
        monitor.id,
        baseline=baseline,
        constraints=constraints,
        categorical=settings.categorical,
        guard_records=settings.guard_records,
        example_records=settings.example_records,
        alarms=alarms,
        **settings.scripts(),
        **options,
    )
