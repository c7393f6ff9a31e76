"""Which alarms a monitor has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import Column, FeatureName, Value

Periods = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["never"], Tag("<text>")],
    by_key(words=("never",), expected="a number of periods, or never"),
]
Coverage = Annotated[
    Annotated[float, Tag("<number>")] | Annotated[Literal["never"], Tag("<text>")],
    by_key(words=("never",), expected="a share such as 0.5, or never"),
]


class RelativeLimit(StrictModel):
    """A limit that moves with the baseline."""

    worse_by: float
    """How much worse than the baseline's the metric may be, in its own unit; 0.05 lets a recall of 0.90 fall to
    0.85."""


Limit = Annotated[
    Annotated[float, Tag("<number>")] | Annotated[RelativeLimit, Tag("<worse_by>")],
    by_key("worse_by", expected="a number such as 0.8, or {worse_by: 0.05} for a limit relative to the baseline"),
]
"""How bad a metric may become; whether less or more is worse depends on the metric."""


class MonitorAlarmsConfig(StrictModel):
    """Alarms that all kinds of monitors have. All are part of the model's one composite alarm, which notifies."""

    any_violation: bool = True
    """Alarm when a run reports any violation."""
    execution_failed: bool = True
    """Alarm when a run fails."""
    silence_after: Periods = 3
    """Alarm when no run has ended for this many periods of the schedule, or `never`."""
    no_data_after: Periods = 3
    """Alarm when this many runs in a row found no captured traffic, or no labels where a monitor needs them, or
    `never`."""


class DataQualityAlarmsConfig(MonitorAlarmsConfig):
    """Alarms of a data-quality monitor."""

    drift: dict[FeatureName, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict)
    """Alarms on single features: name to drift distance (0 up to, not including, 1) above which it rings."""
    mean_shift: dict[FeatureName, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Alarms when a feature's mean moves: name to allowed shift in standard deviations of the baseline. They see what
    the drift distance cannot: flags, small integers, constants."""
    mean_shift_minimum_records: int = Field(default=30, ge=1)
    """Runs with fewer records do not ring a mean-shift alarm."""


class LabelledAlarmsConfig(MonitorAlarmsConfig):
    """Alarms of monitors that compare predictions with labels."""

    minimum_label_coverage: Coverage = 0.01
    """Alarm when in three runs in a row a smaller share of the captured records found their label, or `never`."""


class ModelQualityAlarmsConfig(LabelledAlarmsConfig):
    """Alarms of a model-quality monitor."""

    metrics: dict[str, Limit] = Field(default_factory=dict)
    """Alarms on single metrics, such as `recall` or `rmse`: name to number, or to `{worse_by: 0.05}` for a limit
    relative to the baseline."""


class BiasLimitConfig(StrictModel):
    """How far one metric of one group may lie from its ideal: 0, or 1 for the ratio `DI`."""

    metric: str
    """Short name, such as `DPPL`."""
    facet: Column
    """Column of the group."""
    maximum: float
    """Distance above which the alarm rings."""
    facet_value: Value | None = None
    """The group, as reports write it; an interval such as `(40, 75]` for a lower bound. Left out: the values of the
    facet."""


class ModelBiasAlarmsConfig(LabelledAlarmsConfig):
    """Alarms of a bias monitor."""

    limits: list[BiasLimitConfig] = Field(default_factory=list)
    """Alarms on single metrics of single groups."""
