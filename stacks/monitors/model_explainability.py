"""Explainability monitors of the file."""

from __future__ import annotations

from model_monitor import ModelMonitoring, ModelReference, MonitorAlarms, S3Location, ShapAggregation, ShapConfig
from stacks.configuration.model_explainability import (
    Model,
    ModelExplainabilityConfig,
    ModelExplainabilitySettings,
    ShapBaseline,
    ShapSettings,
)
from stacks.configuration.values import Value
from stacks.imports import Imports
from stacks.monitors.values import MonitorValues, common_alarms


def add_model_explainability(
    monitoring: ModelMonitoring,
    monitor: ModelExplainabilityConfig,
    settings: ModelExplainabilitySettings,
    values: MonitorValues,
) -> None:
    """Adds a monitor of what predictions depend on.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        values: Makes values of the library.
    """
    with values.at("model"):
        model = _model(monitor.model)
    with values.at("shap"):
        shap = _shap(monitor.shap, values.imports) if monitor.shap else None
    with values.at("alarms"):
        alarms = MonitorAlarms(**common_alarms(settings.alarms)) if settings.alarms else None
    monitoring.add_model_explainability(
        monitor.id,
        model=model,
        baseline=values.baseline(monitor.baseline),
        shap=shap,
        attributes=values.attributes(monitor.attributes) if monitor.attributes else None,
        dataset_label=monitor.dataset_label,
        dataset_headers=monitor.dataset_headers,
        alarms=alarms,
        **values.options(settings),
    )


def _model(config: Model) -> ModelReference:
    if isinstance(config, str):
        return ModelReference.from_model_name(config)
    return ModelReference.from_model_name(
        config.name,
        instance_type=config.instance_type,
        instance_count=config.instance_count,
        content_type=config.content_type,
        accept_type=config.accept_type,
    )


def _shap(config: ShapSettings, imports: Imports) -> ShapConfig:
    return ShapConfig(
        baseline=None if config.baseline is None else _rows(config.baseline, imports),
        num_samples=config.num_samples,
        aggregation=ShapAggregation[config.aggregation.upper()],
        use_logit=config.use_logit,
        seed=config.seed,
        features=config.features,
        label_headers=config.label_headers,
    )


def _rows(config: ShapBaseline, imports: Imports) -> list[list[Value]] | S3Location:
    return config if isinstance(config, list) else imports.location(config)
