"""The four kinds of monitors, and the files that the baseline job of each writes."""

from __future__ import annotations

from enum import Enum

STATISTICS = "statistics.json"
CONSTRAINTS = "constraints.json"
ANALYSIS = "analysis.json"
CONFIG = "analysis_config.json"
# Folder of what a job that only looks at the columns writes.
PROFILE = "profile"


class MonitorType(Enum):
    """Kind of a monitor, in the words of `CreateMonitoringSchedule`."""

    DATA_QUALITY = "DataQuality"
    MODEL_QUALITY = "ModelQuality"
    MODEL_BIAS = "ModelBias"
    MODEL_EXPLAINABILITY = "ModelExplainability"

    @property
    def is_clarify(self) -> bool:
        """Whether the job is one of SageMaker Clarify, not of the analyzer of Model Monitor."""
        return self in (MonitorType.MODEL_BIAS, MonitorType.MODEL_EXPLAINABILITY)

    @property
    def constraints(self) -> str:
        """Name of the file that the monitor compares with."""
        return ANALYSIS if self.is_clarify else CONSTRAINTS

    @property
    def results(self) -> tuple[str, ...]:
        """Names of the files that a job writes; they are complete when the last one is there."""
        return (ANALYSIS,) if self.is_clarify else (STATISTICS, CONSTRAINTS)
