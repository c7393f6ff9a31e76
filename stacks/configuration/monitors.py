"""What all kinds of monitors have in common."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias, TypeVar

from pydantic import Field, Tag

from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.baseline import BaselineConfig
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.schedule import Schedule
from stacks.configuration.values import RoleArn, Script, matching

MonitorName = Annotated[
    str,
    *matching(
        "[A-Za-z][A-Za-z0-9]{0,39}",
        expected="a letter, then letters and digits",
        fix="for example DataQualityDaily",
        example="DataQualityDaily",
    ),
]


class MonitorSettings(StrictModel):
    """What monitors of one kind can share, whatever the kind."""

    schedule: Schedule | None = None
    """When runs happen, UTC. Left out: hourly."""
    compute: ComputeConfig | None = None
    """Machines of jobs. Left out: those of the endpoint."""
    network: NetworkConfig | None = None
    """Network of jobs. Left out: that of the endpoint."""
    role: RoleArn | None = None
    """An existing role for baseline job and runs; what it needs is attached to it as a policy of the stack, unless it
    belongs to another account. Left out: a new, narrow one."""
    variables: dict[str, str] | None = None
    """Environment variables of the jobs, for example for scripts."""


class ScriptedSettings(MonitorSettings):
    """What monitors can share whose records can be changed by scripts."""

    preprocessor: Script | None = None
    """Python file that runs on every record, relative to this file or in S3. Left out: none."""
    postprocessor: Script | None = None
    """Python file that runs after the analysis, relative to this file or in S3. Left out: none."""


class MonitorConfig(StrictModel):
    """What every monitor has of its own, whatever the kind."""

    DEFAULT_NAME: ClassVar[str]

    name: MonitorName | None = None
    """Name of the monitor in its stack; needed when there are several of a kind. A new name makes a new monitor. Left
    out: `DataQuality`, `ModelQuality`, `ModelBias` or `ModelExplainability`."""
    baseline: BaselineConfig
    """What is compared with."""

    @property
    def id(self) -> str:
        """Name of the monitor, chosen or not."""
        return self.name or self.DEFAULT_NAME


Kind = TypeVar("Kind", bound=MonitorConfig)
OneOrSeveral: TypeAlias = Annotated[
    Annotated[Kind, Tag("<baseline>")] | Annotated[list[Kind], Field(min_length=1), Tag("<list>")],
    by_key("baseline", expected="a mapping with the key 'baseline', or a list of such mappings"),
]
"""One monitor, or a list of several."""
