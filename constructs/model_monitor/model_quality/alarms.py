"""Which alarms a model-quality monitor has, and at which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model_monitor.alarms.options import MonitorAlarms, require_coverage
from model_monitor.errors import ConfigurationError
from model_monitor.internal.checking import checked


@checked
@dataclass(frozen=True)
class MetricLimit:
    """How bad a metric may become before an alarm goes into ALARM, or a run reports a violation. Use the factories.

    Attributes:
        value: The number, or the tolerance.
        relative_to_baseline: Whether the value is a tolerance.
    """

    value: float
    relative_to_baseline: bool

    @classmethod
    @checked
    def at(cls, value: float) -> MetricLimit:
        """The metric must not be worse than a number.

        Args:
            value: The number. Whether less or more is worse depends on the metric.
        """
        return cls(value, relative_to_baseline=False)

    @classmethod
    @checked
    def baseline(cls, *, tolerance: float = 0) -> MetricLimit:
        """The metric must not be worse than the baseline's.

        Args:
            tolerance: How much worse it may be, in the metric's own unit. Default: not at all.

        Raises:
            ConfigurationError: The tolerance is negative.
        """
        if tolerance < 0:
            raise ConfigurationError(
                option="tolerance",
                value=tolerance,
                expected="0 or more",
                fix="0.05 lets a recall of 0.90 fall to 0.85; the direction is the metric's own",
            )
        return cls(tolerance, relative_to_baseline=True)


@checked
@dataclass(frozen=True, kw_only=True)
class ModelQualityAlarms(MonitorAlarms):
    """Which alarms a model-quality monitor has, beside those that every kind has (see `MonitorAlarms`).

    Attributes:
        metrics: Alarm on single metrics: name, such as `recall` or `rmse`, to limit. Default: none.
        minimum_label_coverage: Alarm when in three runs in a row a smaller share of the captured records found their
            label, which is counted in the records when a run has ended; `None` for never. Default: 0.01, which means
            that labels hardly arrive at all.
    """

    metrics: Mapping[str, MetricLimit] = field(default_factory=dict)
    minimum_label_coverage: float | None = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        require_coverage(self.minimum_label_coverage)
