"""Which alarms a monitor has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import FeatureName

Periods = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["never"], Tag("<text>")],
    by_key(words=("never",), expected="a number of periods, or never"),
]


class DataQualityAlarmsConfig(StrictModel):
    """Alarms of a data-quality monitor. All are part of the endpoint's one composite alarm, which notifies."""

    drift: dict[FeatureName, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict)
    """Alarms on single features: name to drift distance (0 up to, not including, 1) above which it rings."""
    mean_shift: dict[FeatureName, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Alarms when a feature's mean moves: name to allowed shift in standard deviations of the baseline. They see what
    the drift distance cannot: flags, small integers, constants."""
    mean_shift_minimum_records: int = Field(default=30, ge=1)
    """Runs with fewer records do not ring a mean-shift alarm."""
    any_violation: bool = True
    """Alarm when a run reports any violation."""
    execution_failed: bool = True
    """Alarm when a run fails."""
    silence_after: Periods = 3
    """Alarm when no run has ended for this many periods of the schedule, or `never`."""
    no_data_after: Periods = 3
    """Alarm when this many runs in a row found no captured traffic, or `never`."""
