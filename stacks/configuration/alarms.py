"""Which alarms a monitor has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict, TypeVar

from pydantic import Field, Tag

from model_monitor import (
    BiasConfig,
    BiasLimit,
    DataQualityAlarms,
    MetricLimit,
    ModelBiasAlarms,
    ModelQualityAlarms,
    MonitorAlarms,
    ProblemType,
)
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import Column, FeatureName, Value

if TYPE_CHECKING:
    from stacks.imports import Imports

Periods = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["never"], Tag("<text>")],
    by_key(words=("never",), expected="a number of periods, or never"),
]
Share = Annotated[
    Annotated[float, Tag("<number>")] | Annotated[Literal["never"], Tag("<text>")],
    by_key(words=("never",), expected="a share such as 0.5, or never"),
]


_Number = TypeVar("_Number", int, float)


class _Common(TypedDict):
    """Arguments that the library's alarms of all kinds take."""

    any_violation: bool
    execution_failed: bool
    silence_after: int | None
    no_data_after: int | None


def _unless_never(value: _Number | Literal["never"]) -> _Number | None:
    return None if isinstance(value, str) else value


class RelativeLimit(StrictModel):
    """A limit that moves with the baseline."""

    worse_by: float = Field(ge=0)
    """How much worse than the baseline's the metric may be, in its own unit; 0.05 lets a recall of 0.90 fall to
    0.85."""

    def build(self) -> MetricLimit:
        """Return the library's limit."""
        return MetricLimit.baseline(tolerance=self.worse_by)


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

    def build(self) -> MonitorAlarms:
        """Return the library's alarms."""
        return MonitorAlarms(**self._common())

    def _common(self) -> _Common:
        return {
            "any_violation": self.any_violation,
            "execution_failed": self.execution_failed,
            "silence_after": _unless_never(self.silence_after),
            "no_data_after": _unless_never(self.no_data_after),
        }


class DataQualityAlarmsConfig(MonitorAlarmsConfig):
    """Alarms of a data-quality monitor."""

    drift: dict[FeatureName, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict)
    """Alarms on single features: name to drift distance (0 up to, not including, 1) above which it goes into ALARM."""
    mean_shift: dict[FeatureName, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Alarms when a feature's mean moves: name to allowed shift in standard deviations of the baseline. They see what
    the drift distance cannot: flags, small integers, constants."""
    mean_shift_minimum_records: int = Field(default=30, ge=1)
    """Runs with fewer records cause no mean-shift alarm."""
    maximum_left_out: Share = 0.1
    """Alarm when a run with guarded records left out a larger share of them, because they do not have the columns of
    the baseline, or `never`."""

    def build(self) -> DataQualityAlarms:
        """Return the library's alarms."""
        return DataQualityAlarms(
            drift=self.drift,
            mean_shift=self.mean_shift,
            mean_shift_minimum_records=self.mean_shift_minimum_records,
            maximum_left_out=_unless_never(self.maximum_left_out),
            **self._common(),
        )


class LabelledAlarmsConfig(MonitorAlarmsConfig):
    """Alarms of monitors that compare predictions with labels."""

    minimum_label_coverage: Share = 0.01
    """Alarm when in three runs in a row a smaller share of the captured records found their label, or `never`."""


class ModelQualityAlarmsConfig(LabelledAlarmsConfig):
    """Alarms of a model-quality monitor."""

    metrics: dict[str, Limit] = Field(default_factory=dict)
    """Alarms on single metrics, such as `recall` or `rmse`: name to number, or to `{worse_by: 0.05}` for a limit
    relative to the baseline."""

    def build_for(self, problem: ProblemType, imports: Imports) -> ModelQualityAlarms:
        """Return the library's alarms.

        Args:
            problem: What the model predicts; it must have the metrics.
            imports: Names parts of the file.
        """
        return ModelQualityAlarms(
            metrics=limits_of(self.metrics, problem, imports, "metrics"),
            minimum_label_coverage=_unless_never(self.minimum_label_coverage),
            **self._common(),
        )


class BiasLimitConfig(StrictModel):
    """How far one metric of one group may lie from its ideal: 0, or 1 for the ratio `DI`."""

    metric: str
    """Short name, such as `DPPL`."""
    facet: Column
    """Column of the group."""
    maximum: float
    """Distance above which the alarm goes into ALARM."""
    facet_value: Value | None = None
    """The group, as reports write it; an interval such as `(40, 75]` for a lower bound. Left out: the values of the
    facet."""

    def build(self, config: BiasConfig) -> BiasLimit:
        """Return the library's limit.

        Args:
            config: Labels and groups; it must have the metric and the group.
        """
        config.require_metric(self.metric)
        config.facet_text(self.facet, self.facet_value)
        return BiasLimit(metric=self.metric, facet=self.facet, maximum=self.maximum, facet_value=self.facet_value)


class ModelBiasAlarmsConfig(LabelledAlarmsConfig):
    """Alarms of a bias monitor."""

    limits: list[BiasLimitConfig] = Field(default_factory=list)
    """Alarms on single metrics of single groups."""

    def build_for(self, config: BiasConfig, imports: Imports) -> ModelBiasAlarms:
        """Return the library's alarms.

        Args:
            config: Labels and groups; it must have the metrics and groups.
            imports: Names parts of the file.
        """
        limits = []
        for index, limit in enumerate(self.limits):
            with imports.at("limits", index):
                limits.append(limit.build(config))
        return ModelBiasAlarms(
            limits=limits,
            minimum_label_coverage=_unless_never(self.minimum_label_coverage),
            **self._common(),
        )


def limits_of(limits: Mapping[str, Limit], problem: ProblemType, imports: Imports, key: str) -> dict[str, MetricLimit]:
    """Return the library's limits of metrics.

    Args:
        limits: What the file says.
        problem: What the model predicts; it must have the metrics.
        imports: Names parts of the file.
        key: Where the file says it.
    """
    built = {}
    for name, limit in limits.items():
        with imports.at(key, name):
            built[name] = limit.build() if isinstance(limit, RelativeLimit) else MetricLimit.at(limit)
            problem.require_limit(name, built[name])
    return built
