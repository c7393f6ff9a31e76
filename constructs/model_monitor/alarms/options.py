"""Alarms that every kind of monitor has."""

from __future__ import annotations

from dataclasses import dataclass

from model_monitor.errors import ConfigurationError, Setting
from model_monitor.internal.checking import checked


@checked
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
                    option=name,
                    value=periods,
                    expected="1 or more periods",
                    fix=("use ", Setting(name, None), " for no such alarm"),
                )


def require_coverage(minimum: float | None) -> None:
    """Check a share of records that must find their label.

    Raises:
        ConfigurationError: No share, or one that is always reached.
    """
    if minimum is not None and not 0 < minimum <= 1:
        raise ConfigurationError(
            option="minimum_label_coverage",
            value=minimum,
            expected="a share above 0, up to 1",
            fix=("write 80 % as 0.8; use ", Setting("minimum_label_coverage", None), " for no such alarm"),
        )
