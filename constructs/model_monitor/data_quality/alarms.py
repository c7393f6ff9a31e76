"""Which alarms a data-quality monitor has, and at which thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model_monitor.alarms.options import MonitorAlarms
from model_monitor.alarms.two_limits import late_alarm
from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.data_quality.constraints import ConstraintOverrides, FeatureConstraints
from model_monitor.errors import ConfigurationError, Key, OptionName, Setting, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token

# More than these would never be reached.
_MOST_DEVIATIONS = 1000
_MOST_RECORDS = 1_000_000_000


@checked
@dataclass(frozen=True, kw_only=True)
class DataQualityAlarms(MonitorAlarms):
    """Which alarms a data-quality monitor has, beside those that every kind has (see `MonitorAlarms`).

    Attributes:
        drift: Alarm on single features: name to drift distance (0 to 1) above which it goes into ALARM. Default: none.
        mean_shift: Alarm when a feature's mean moves: name to allowed shift in the baseline's standard deviations. It
            sees what the drift distance cannot: flags, small integers, constants. Default: none.
        mean_shift_minimum_records: Runs with fewer records cause no mean-shift alarm. Default: 30.
        maximum_left_out: Alarm when a run with guarded records left out a larger share of them, because they do not
            have the columns of the baseline; `None` for never. Default: 0.1.
    """

    drift: Mapping[str, float] = field(default_factory=dict)
    mean_shift: Mapping[str, float] = field(default_factory=dict)
    mean_shift_minimum_records: int = 30
    maximum_left_out: float | None = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        for feature in (*self.drift, *self.mean_shift):
            if not feature or is_token(feature):
                raise ConfigurationError(
                    option="drift" if feature in self.drift else "mean_shift",
                    got=("an alarm on the feature ", Shown(feature)),
                    expected="a name that is known at synthesis",
                    fix="write the feature's name as it is in the baseline",
                )
        for feature, threshold in self.drift.items():
            if not 0 <= threshold < 1:
                raise ConfigurationError(
                    option=("drift", Key(feature)),
                    got=(f"a drift threshold of {threshold} for ", Shown(feature)),
                    expected="a distance from 0 up to, not including, 1",
                    fix="0.1 is the service's own default; 0.3 is a large change",
                )
        for feature, deviations in self.mean_shift.items():
            if not 0 < deviations <= _MOST_DEVIATIONS:
                raise ConfigurationError(
                    option=("mean_shift", Key(feature)),
                    got=(f"a mean shift of {deviations} for ", Shown(feature)),
                    expected=f"a positive number of standard deviations, at most {_MOST_DEVIATIONS}",
                    fix="0.5 is a visible change, 1 a large one",
                )
        if not 1 <= self.mean_shift_minimum_records <= _MOST_RECORDS:
            raise ConfigurationError(
                option="mean_shift_minimum_records",
                value=self.mean_shift_minimum_records,
                expected=f"1 to {_MOST_RECORDS:,} records",
                fix="30 is a sensible minimum for a mean",
            )
        if self.maximum_left_out is not None and not 0 <= self.maximum_left_out < 1:
            raise ConfigurationError(
                option="maximum_left_out",
                value=self.maximum_left_out,
                expected="a share from 0 up to, not including, 1",
                fix=("write 10 % as 0.1; use ", Setting("maximum_left_out", None), " for no such alarm"),
            )

    def require_effect(
        self, constraints: ConstraintOverrides, categorical: CategoricalFeatures | None, *, computed: bool
    ) -> None:
        """Check that every alarm on a feature can go into ALARM.

        Args:
            constraints: Changes to the suggested constraints.
            categorical: Columns that are handed over as categories.
            computed: Whether a job computes the baseline, so that limits that are not changed are the suggested ones.

        Raises:
            ConfigurationError: Runs report nothing that the alarm could see.
        """
        for feature in (*self.drift, *self.mean_shift):
            if not constraints.features.get(feature, _UNCHANGED).enabled:
                raise _never(
                    "drift" if feature in self.drift else "mean_shift",
                    feature,
                    Setting("enabled", False),
                    "constraints",
                )
        for feature, threshold in self.drift.items():
            changes = constraints.features.get(feature, _UNCHANGED)
            enabled = constraints.drift_enabled if changes.drift_enabled is None else changes.drift_enabled
            if enabled is False:
                raise _never("drift", feature, Setting("drift_enabled", False), "constraints")
            self._require_above(feature, threshold, constraints.lowest_drift_threshold(feature, computed=computed))
        for feature in self.mean_shift:
            if categorical is not None and feature in categorical.document and categorical.document != "auto":
                raise _never("mean_shift", feature, OptionName("categorical"), "list of categorical columns")

    def late_ones(self, constraints: ConstraintOverrides, *, computed: bool) -> list[ConfigurationError]:
        """Return what to warn of: drift alarms that wait for more than a run reports, while any violation alarms.

        Args:
            constraints: Changes to the suggested constraints.
            computed: Whether a job computes the baseline.
        """
        if not self.any_violation:
            return []
        known = {
            feature: constraints.highest_drift_threshold(feature, computed=computed) for feature in sorted(self.drift)
        }
        return [
            late_alarm(
                option=("alarms", "drift", Key(feature)),
                got=(f"an alarm at a drift of {self.drift[feature]:g} for ", Shown(feature)),
                expected=f"{limit:g}, the drift threshold of the constraints",
                raised=Setting("drift_threshold", self.drift[feature]),
                where="the constraints of the feature",
            )
            for feature, limit in known.items()
            if limit is not None and limit < self.drift[feature]
        ]

    @staticmethod
    def _require_above(feature: str, threshold: float, lowest: float | None) -> None:
        if lowest is not None and threshold < lowest:
            raise ConfigurationError(
                option=("alarms", "drift", Key(feature)),
                got=(f"an alarm at a drift of {threshold:g} for ", Shown(feature)),
                expected=f"at least {lowest:g}, the drift threshold of the constraints: runs report larger ones only",
                fix=("lower ", Setting("drift_threshold", threshold), " in the constraints of the feature as well"),
            )


_UNCHANGED = FeatureConstraints()


def _never(alarm: str, feature: str, reason: Setting | OptionName, where: str) -> ConfigurationError:
    return ConfigurationError(
        option=("alarms", alarm, Key(feature)),
        got=("an alarm on the feature ", Shown(feature), " together with ", reason),
        expected="an alarm that can go into ALARM: with both, there is nothing that it could see",
        fix=f"remove the alarm, or the feature from the {where}",
    )
