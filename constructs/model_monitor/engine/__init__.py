"""Who runs a monitor: a monitor says what to compare, an engine says who does it.

Nothing outside this package names a CloudFormation type of a job definition or of a monitoring schedule.
"""

from model_monitor.engine.definition import (
    Analysis,
    BiasAnalysis,
    DataQualityAnalysis,
    ExplainabilityAnalysis,
    IMonitorEngine,
    ModelQualityAnalysis,
    MonitorDefinition,
    RunningMonitor,
)
from model_monitor.engine.managed import ModelMonitorEngine

__all__ = [
    "Analysis",
    "BiasAnalysis",
    "DataQualityAnalysis",
    "ExplainabilityAnalysis",
    "IMonitorEngine",
    "ModelMonitorEngine",
    "ModelQualityAnalysis",
    "MonitorDefinition",
    "RunningMonitor",
]
