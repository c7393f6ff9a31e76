"""Bias monitors of the file."""

from __future__ import annotations

from model_monitor import BiasConfig, Facet, ModelMonitoring
from stacks.configuration.baseline import DatasetBaseline, FileBaseline
from stacks.configuration.ground_truth import ground_truth_of
from stacks.configuration.model_bias import FacetConfig, ModelBiasConfig, ModelBiasSettings
from stacks.imports import Imports


def add_model_bias(
    monitoring: ModelMonitoring, monitor: ModelBiasConfig, settings: ModelBiasSettings, imports: Imports
) -> None:
    """Add a monitor of whether groups are treated alike.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        imports: Existing resources.
    """
    options = settings.options(imports)
    config = BiasConfig(
        label=monitor.label,
        label_values=monitor.label_values,
        facets=[_facet(facet, index, imports) for index, facet in enumerate(monitor.facets)],
        headers=monitor.headers,
        group_variable=monitor.group_variable,
        metrics=_metrics(monitor, settings),
    )
    with imports.at("attributes"):
        attributes = monitor.attributes.build()
    with imports.at("ground_truth"):
        ground_truth = ground_truth_of(monitor.ground_truth, imports, options["schedule"])
    with imports.at("baseline"):
        baseline = monitor.baseline.build(imports)
    with imports.at("alarms"):
        alarms = settings.alarms.build_for(config, imports) if settings.alarms else None
    monitoring.add_model_bias(
        monitor.id,
        config=config,
        attributes=attributes,
        ground_truth=ground_truth,
        baseline=baseline,
        predicted_label=monitor.predicted_label,
        dataset_headers=monitor.dataset_headers,
        alarms=alarms,
        **options,
    )


def _metrics(monitor: ModelBiasConfig, settings: ModelBiasSettings) -> list[str] | None:
    """Those of the defaults only where they are computed: the library refuses them for files, which hold their own."""
    is_computed = isinstance(monitor.baseline, DatasetBaseline | FileBaseline)
    return settings.metrics if is_computed else monitor.metrics


def _facet(config: FacetConfig, index: int, imports: Imports) -> Facet:
    with imports.at("facets", index):
        return config.build()
