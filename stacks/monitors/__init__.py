"""Monitors of the file, one module a kind."""

from __future__ import annotations

from model_monitor import ModelMonitoring
from stacks.configuration.data_quality import DataQualityConfig, DataQualitySettings
from stacks.configuration.model_bias import ModelBiasConfig, ModelBiasSettings
from stacks.configuration.model_explainability import ModelExplainabilityConfig, ModelExplainabilitySettings
from stacks.configuration.model_quality import ModelQualityConfig, ModelQualitySettings
from stacks.configuration.monitors import MonitorConfig
from stacks.configuration.shared import Defaults
from stacks.imports import Imports
from stacks.monitors.data_quality import add_data_quality
from stacks.monitors.model_bias import add_model_bias
from stacks.monitors.model_explainability import add_model_explainability
from stacks.monitors.model_quality import add_model_quality
from stacks.settings import monitor_settings


def add_monitor(monitoring: ModelMonitoring, monitor: MonitorConfig, defaults: Defaults, imports: Imports) -> None:
    """Add a monitor of any kind.

    Args:
        monitoring: Gets the monitor.
        monitor: What the file says of it.
        defaults: What the file says for all.
        imports: Existing resources.

    Raises:
        ConfigurationError: Something that the library refuses.
    """
    match monitor:
        case DataQualityConfig():
            settings = monitor_settings(DataQualitySettings, monitor, defaults.data_quality)
            add_data_quality(monitoring, monitor, settings, imports)
        case ModelQualityConfig():
            quality = monitor_settings(ModelQualitySettings, monitor, defaults.model_quality)
            add_model_quality(monitoring, monitor, quality, imports)
        case ModelBiasConfig():
            bias = monitor_settings(ModelBiasSettings, monitor, defaults.model_bias)
            add_model_bias(monitoring, monitor, bias, imports)
        case ModelExplainabilityConfig():
            explainability = monitor_settings(ModelExplainabilitySettings, monitor, defaults.model_explainability)
            add_model_explainability(monitoring, monitor, explainability, imports)
