"""Data-quality monitors of the file."""

from __future__ import annotations

from model_monitor import (
    CategoricalDriftMethod,
    ConstraintOverrides,
    DataQualityAlarms,
    DataType,
    DriftMethod,
    FeatureConstraints,
    ModelMonitoring,
)
from stacks.configuration.alarms import DataQualityAlarmsConfig
from stacks.configuration.constraints import ConstraintsConfig, FeatureConstraintsConfig
from stacks.configuration.data_quality import DataQualityConfig, DataQualitySettings
from stacks.monitors.values import MonitorValues, common_alarms


def add_data_quality(
    monitoring: ModelMonitoring, monitor: DataQualityConfig, settings: DataQualitySettings, values: MonitorValues
) -> None:
    """Adds a monitor of what the model is sent.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        values: Makes values of the library.
    """
    options = values.options(settings)
    with values.at("constraints"):
        constraints = _constraints(settings.constraints) if settings.constraints else None
    with values.at("alarms"):
        alarms = _alarms(settings.alarms) if settings.alarms else None
    monitoring.add_data_quality(
        monitor.id,
        baseline=values.baseline(monitor.baseline),
        constraints=constraints,
        categorical=settings.categorical,
        alarms=alarms,
        **values.scripts(settings),
        **options,
    )


def _alarms(config: DataQualityAlarmsConfig) -> DataQualityAlarms:
    return DataQualityAlarms(
        drift=config.drift,
        mean_shift=config.mean_shift,
        mean_shift_minimum_records=config.mean_shift_minimum_records,
        **common_alarms(config),
    )


def _constraints(config: ConstraintsConfig) -> ConstraintOverrides:
    return ConstraintOverrides(
        drift_threshold=config.drift_threshold,
        drift_method=DriftMethod[config.drift_method.upper()] if config.drift_method else None,
        drift_enabled=config.drift_enabled,
        categorical_drift_threshold=config.categorical_drift_threshold,
        categorical_drift_method=(
            CategoricalDriftMethod[config.categorical_drift_method.upper()] if config.categorical_drift_method else None
        ),
        data_type_threshold=config.data_type_threshold,
        domain_threshold=config.domain_threshold,
        emit_metrics=config.emit_metrics,
        features={name: _feature(feature) for name, feature in config.features.items()},
    )


def _feature(config: FeatureConstraintsConfig) -> FeatureConstraints:
    return FeatureConstraints(
        enabled=config.enabled,
        drift_enabled=config.drift_enabled,
        drift_threshold=config.drift_threshold,
        completeness=config.completeness,
        allowed_values=config.allowed_values,
        data_type=DataType[config.data_type.upper()] if config.data_type else None,
    )
