"""Settings of data-quality monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, Tag

from stacks.configuration.alarms import DataQualityAlarmsConfig
from stacks.configuration.base import by_key, joined
from stacks.configuration.constraints import ConstraintsConfig
from stacks.configuration.monitors import MonitorConfig, ScriptedSettings
from stacks.configuration.values import FeatureName

if TYPE_CHECKING:
    from model_monitor import ModelMonitoring
    from stacks.configuration.shared import Defaults
    from stacks.imports import Imports

Categorical = Annotated[
    Annotated[Literal["auto"], Tag("<text>")]
    | Annotated[list[FeatureName], Field(min_length=1, json_schema_extra={"uniqueItems": True}), Tag("<list>")],
    by_key(words=("auto",), expected="auto, or a list of column names"),
]


class DataQualitySettings(ScriptedSettings):
    """What data-quality monitors can share."""

    constraints: ConstraintsConfig | None = None
    """Changes to the constraints that the baseline job suggests. Left out: none."""
    categorical: Categorical | None = None
    """Columns to compare by the shares of their values, or `auto` for all that the drift distance cannot see (flags,
    small integers). Excludes `preprocessor`. Left out: none; the stack's outputs name the columns that need it."""
    guard_records: bool | None = None
    """Whether runs leave out, count and report records that do not have the columns of the baseline. Otherwise one
    request with a column of its own hides all drift. Excludes `preprocessor`. Left out: only with `categorical`, whose
    script always does."""
    example_records: bool | None = None
    """`false`: messages, events and the report page name no captured records that show a violation, and nothing reads
    captured records for it. Left out: they do, where no `preprocessor` of yours makes the columns."""
    alarms: DataQualityAlarmsConfig | None = None
    """Left out: any violation, failed runs, silence and missing traffic."""


class DataQualityConfig(DataQualitySettings, MonitorConfig):
    """A monitor of what the model is sent: drift, missing values, types and allowed values."""

    DEFAULT_NAME = "DataQuality"

    def add_to(self, monitoring: ModelMonitoring, defaults: Defaults, imports: Imports) -> None:
        """Add the monitor."""
        settings = joined(DataQualitySettings, self, defaults.data_quality)
        options = settings.options(imports)
        with imports.at("constraints"):
            constraints = settings.constraints.build() if settings.constraints else None
        with imports.at("alarms"):
            alarms = settings.alarms.build() if settings.alarms else None
        with imports.at("baseline"):
            baseline = self.baseline.build(imports)
        monitoring.add_data_quality(
            self.id,
            baseline=baseline,
            constraints=constraints,
            categorical=settings.categorical,
            guard_records=settings.guard_records,
            example_records=settings.example_records,
            alarms=alarms,
            **settings.scripts(),
            **options,
        )
