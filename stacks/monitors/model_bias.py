"""Bias monitors of the file."""

from __future__ import annotations

from model_monitor import BiasConfig, BiasLimit, Facet, ModelBiasAlarms, ModelMonitoring
from stacks import translation
from stacks.configuration.alarms import BiasLimitConfig, ModelBiasAlarmsConfig
from stacks.configuration.baseline import DatasetBaseline, FileBaseline
from stacks.configuration.model_bias import FacetConfig, ModelBiasConfig, ModelBiasSettings
from stacks.monitors.values import MonitorValues, common_alarms


def add_model_bias(
    monitoring: ModelMonitoring, monitor: ModelBiasConfig, settings: ModelBiasSettings, values: MonitorValues
) -> None:
    """Adds a monitor of whether groups are treated alike.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        values: Makes values of the library.
    """
    options = values.options(settings)
    config = BiasConfig(
        label=monitor.label,
        label_values=monitor.label_values,
        facets=[_facet(facet, index, values) for index, facet in enumerate(monitor.facets)],
        headers=monitor.headers,
        group_variable=monitor.group_variable,
        metrics=_metrics(monitor, settings),
    )
    monitoring.add_model_bias(
        monitor.id,
        config=config,
        attributes=values.attributes(monitor.attributes),
        ground_truth=values.ground_truth(monitor.ground_truth, options["schedule"]),
        baseline=values.baseline(monitor.baseline),
        predicted_label=monitor.predicted_label,
        dataset_headers=monitor.dataset_headers,
        alarms=_alarms(settings.alarms, config, values) if settings.alarms else None,
        **options,
    )


def _metrics(monitor: ModelBiasConfig, settings: ModelBiasSettings) -> list[str] | None:
    """Those of the defaults only where they are computed: the library refuses them for files, which hold their own."""
    is_computed = isinstance(monitor.baseline, DatasetBaseline | FileBaseline)
    return settings.metrics if is_computed else monitor.metrics


def _facet(config: FacetConfig, index: int, values: MonitorValues) -> Facet:
    with values.at("facets", index):
        return Facet.of(config.name, *config.values)


def _alarms(config: ModelBiasAlarmsConfig, bias: BiasConfig, values: MonitorValues) -> ModelBiasAlarms:
    limits = [_limit(limit, index, bias, values) for index, limit in enumerate(config.limits)]
    with values.at("alarms"):
        return ModelBiasAlarms(
            limits=limits,
            minimum_label_coverage=translation.never(config.minimum_label_coverage),
            **common_alarms(config),
        )


def _limit(config: BiasLimitConfig, index: int, bias: BiasConfig, values: MonitorValues) -> BiasLimit:
    with values.at("alarms", "limits", index):
        bias.require_metric(config.metric)
        bias.facet_text(config.facet, config.facet_value)
        return BiasLimit(
            metric=config.metric, facet=config.facet, maximum=config.maximum, facet_value=config.facet_value
        )
