"""Which alarms a monitor has, and at which thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Token

from model_monitor.bias_config import BiasLimit
from model_monitor.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class MonitorAlarms:
    """Alarms that every kind of monitor has. Each is part of the composite alarm, which notifies.

    Attributes:
        any_violation: Alarm when a run reports any violation. Default: on.
        execution_failed: Alarm when a run fails. Default: on.
        silence_after: Alarm when no run has ended for this many periods; `None` for never. Default: 3.
        no_data_after: Alarm when this many runs in a row found no captured traffic or, where predictions are compared
            with labels, no labels; `None` for never. Default: 3.
    """

    any_violation: bool = True
    execution_failed: bool = True
    silence_after: int | None = 3
    no_data_after: int | None = 3

    def __post_init__(self) -> None:
        for name, periods in (("silence_after", self.silence_after), ("no_data_after", self.no_data_after)):
            if periods is not None and periods < 1:
                raise ConfigurationError(
                    got=f"{name}={periods}", expected="1 or more periods", fix=f"use {name}=None for no such alarm"
                )


@dataclass(frozen=True, kw_only=True)
class DataQualityAlarms(MonitorAlarms):
    """Which alarms a data-quality monitor has, beside those that every kind has (see `MonitorAlarms`).

    Attributes:
        drift: Alarm on single features: name to drift distance (0 to 1) above which it rings. Default: none.
        mean_shift: Alarm when a feature's mean moves: name to allowed shift in the baseline's standard deviations. It
            sees what the drift distance cannot: flags, small integers, constants. Default: none.
        mean_shift_minimum_records: Runs with fewer records do not ring a mean-shift alarm. Default: 30.
    """

    drift: Mapping[str, float] = field(default_factory=dict)
    mean_shift: Mapping[str, float] = field(default_factory=dict)
    mean_shift_minimum_records: int = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        for feature in (*self.drift, *self.mean_shift):
            if not feature or Token.is_unresolved(feature):
                raise ConfigurationError(
                    got=f"an alarm on the feature {feature!r}",
                    expected="a name that is known at synthesis",
                    fix="write the feature's name as it is in the baseline",
                )
        for feature, threshold in self.drift.items():
            if not 0 <= threshold < 1:
                raise ConfigurationError(
                    got=f"a drift threshold of {threshold} for {feature!r}",
                    expected="a distance from 0 up to, not including, 1",
                    fix="0.1 is the service's own default; 0.3 is a large change",
                )
        for feature, deviations in self.mean_shift.items():
            if deviations <= 0:
                raise ConfigurationError(
                    got=f"a mean shift of {deviations} for {feature!r}",
                    expected="a positive number of standard deviations",
                    fix="0.5 is a visible change, 1 a large one",
                )
        if self.mean_shift_minimum_records < 1:
            raise ConfigurationError(
                got=f"mean_shift_minimum_records={self.mean_shift_minimum_records}",
                expected="1 or more records",
                fix="30 is a sensible minimum for a mean",
            )


@dataclass(frozen=True)
class MetricLimit:
    """How bad a metric may become before an alarm rings, or a run reports a violation. Use the factories.

    Attributes:
        value: The number, or the tolerance.
        relative_to_baseline: Whether the value is a tolerance.
    """

    value: float
    relative_to_baseline: bool

    @classmethod
    def at(cls, value: float) -> MetricLimit:
        """The metric must not be worse than a number.

        Args:
            value: The number. Whether less or more is worse depends on the metric.
        """
        return cls(value, relative_to_baseline=False)

    @classmethod
    def baseline(cls, *, tolerance: float = 0) -> MetricLimit:
        """The metric must not be worse than the baseline's.

        Args:
            tolerance: How much worse it may be, in the metric's own unit. Default: not at all.

        Raises:
            ConfigurationError: The tolerance is negative.
        """
        if tolerance < 0:
            raise ConfigurationError(
                got=f"tolerance={tolerance}",
                expected="0 or more",
                fix="0.05 lets a recall of 0.90 fall to 0.85; the direction is the metric's own",
            )
        return cls(tolerance, relative_to_baseline=True)


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


def require_coverage(minimum: float | None) -> None:
    """Checks a share of records that must find their label.

    Raises:
        ConfigurationError: No share, or one that is always reached.
    """
    if minimum is not None and not 0 < minimum <= 1:
        raise ConfigurationError(
            got=f"minimum_label_coverage={minimum}",
            expected="a share above 0, up to 1",
            fix="write 80 % as 0.8; use None for no such alarm",
        )
