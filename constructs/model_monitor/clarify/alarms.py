"""Which alarms a bias monitor has, and at which limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model_monitor.alarms.options import MonitorAlarms, require_coverage
from model_monitor.clarify.bias_config import BiasLimit
from model_monitor.internal.checking import checked


@checked
@dataclass(frozen=True, kw_only=True)
class ModelBiasAlarms(MonitorAlarms):
    """Which alarms a bias monitor has, beside those that every kind has (see `MonitorAlarms`).

    Attributes:
        limits: Alarm on single metrics of single groups. Default: none.
        minimum_label_coverage: As for `ModelQualityAlarms`.
    """

    limits: Sequence[BiasLimit] = ()
    minimum_label_coverage: float | None = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        require_coverage(self.minimum_label_coverage)
