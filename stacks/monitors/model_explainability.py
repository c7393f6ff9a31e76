"""Explainability monitors of the file."""

from __future__ import annotations

from model_monitor import ModelMonitoring
from stacks.configuration.model_explainability import ModelExplainabilityConfig, ModelExplainabilitySettings, model_of
from stacks.imports import Imports


def add_model_explainability(
    monitoring: ModelMonitoring,
    monitor: ModelExplainabilityConfig,
    settings: ModelExplainabilitySettings,
    imports: Imports,
) -> None:
    """Add a monitor of what predictions depend on.

    Args:
        monitoring: Gets the monitor.
        monitor: What only the monitor says.
        settings: Its settings, with the defaults of the file.
        imports: Existing resources.
    """
    with imports.at("model"):
        model = model_of(monitor.model)
    with imports.at("shap"):
        shap = monitor.shap.build(imports) if monitor.shap else None
    with imports.at("alarms"):
        alarms = settings.alarms.build() if settings.alarms else None
    with imports.at("baseline"):
        baseline = monitor.baseline.build(imports)
    with imports.at("attributes"):
        attributes = monitor.attributes.build() if monitor.attributes else None
    monitoring.add_model_explainability(
        monitor.id,
        model=model,
        baseline=baseline,
        shap=shap,
        attributes=attributes,
        dataset_label=monitor.dataset_label,
        dataset_headers=monitor.dataset_headers,
        alarms=alarms,
        **settings.options(imports),
    )
