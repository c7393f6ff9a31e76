"""Which alarms a data-quality monitor has, and at which thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Token

from model_monitor.alarms.options import MonitorAlarms
from model_monitor.errors import ConfigurationError


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
