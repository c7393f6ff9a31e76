"""Settings of data-quality monitors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from stacks.configuration.alarms import DataQualityAlarmsConfig
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.baseline import BaselineConfig
from stacks.configuration.constraints import ConstraintsConfig
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.schedule import Schedule
from stacks.configuration.values import FeatureName, RoleArn, Script, matching

Categorical = Annotated[
    Annotated[Literal["auto"], Tag("<text>")]
    | Annotated[list[FeatureName], Field(min_length=1, json_schema_extra={"uniqueItems": True}), Tag("<list>")],
    by_key(words=("auto",), expected="auto, or a list of column names"),
]


class DataQualitySettings(StrictModel):
    """What data-quality monitors can share."""

    schedule: Schedule | None = None
    """When runs happen, UTC. Left out: hourly."""
    constraints: ConstraintsConfig | None = None
    """Changes to the constraints that the baseline job suggests. Left out: none."""
    categorical: Categorical | None = None
    """Columns to compare by the shares of their values, or `auto` for all that the drift distance cannot see (flags,
    small integers). Excludes `preprocessor`. Left out: none; the stack's outputs name the columns that need it."""
    preprocessor: Script | None = None
    """Python file that runs on every record, relative to this file or in S3. Left out: none."""
    postprocessor: Script | None = None
    """Python file that runs after the analysis, relative to this file or in S3. Left out: none."""
    variables: dict[str, str] | None = None
    """Environment variables for the scripts."""
    alarms: DataQualityAlarmsConfig | None = None
    """Left out: any violation, failed runs, silence and missing traffic."""
    compute: ComputeConfig | None = None
    """Machines of jobs. Left out: those of the endpoint."""
    network: NetworkConfig | None = None
    """Network of jobs. Left out: that of the endpoint."""
    role: RoleArn | None = None
    """An existing role for baseline job and runs; what it needs is attached to it as a policy of the stack, unless it
    belongs to another account. Left out: a new, narrow one."""


class DataQualityConfig(DataQualitySettings):
    """A monitor of what the endpoint is sent: drift, missing values, types and allowed values."""

    name: Annotated[
        str,
        *matching(
            "[A-Za-z][A-Za-z0-9]{0,39}",
            expected="a letter, then letters and digits",
            fix="for example DataQualityDaily",
            example="DataQualityDaily",
        ),
    ] = "DataQuality"
    """Name of the monitor in its stack; needed when an endpoint has several. A new name makes a new monitor."""
    baseline: BaselineConfig
    """What the traffic is compared with."""
