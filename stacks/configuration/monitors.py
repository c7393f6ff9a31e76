"""What all kinds of monitors have in common."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias, TypedDict, TypeVar

from pydantic import Field, Tag

from model_monitor import AnalysisScript, MonitorOptions, S3Location
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.baseline import BaselineConfig
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.mutes import MuteConfig
from stacks.configuration.schedule import Schedule, schedule_of
from stacks.configuration.values import RoleArn, Script, matching

if TYPE_CHECKING:
    from model_monitor import ModelMonitoring
    from stacks.configuration.shared import Defaults
    from stacks.imports import Imports

MonitorName = Annotated[
    str,
    *matching(
        "[A-Za-z][A-Za-z0-9]{0,39}",
        expected="a letter, then letters and digits",
        fix="for example DataQualityDaily",
        example="DataQualityDaily",
    ),
]


class Scripts(TypedDict):
    """Options of monitors whose records can be changed by scripts."""

    preprocessor: AnalysisScript | None
    postprocessor: AnalysisScript | None


def _script(source: Path | str | None) -> AnalysisScript | None:
    if source is None:
        return None
    if isinstance(source, Path):
        return AnalysisScript.from_asset(source)
    return AnalysisScript.from_location(S3Location.from_uri(source))


class CommonMonitorSettings(StrictModel):
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

    def options(self, imports: Imports) -> MonitorOptions:
        """Return options of every monitor."""
        with imports.at("compute"):
            compute = self.compute.build(imports) if self.compute else None
        with imports.at("network"):
            network = self.network.build(imports) if self.network else None
        with imports.at("schedule"):
            schedule = schedule_of(self.schedule) if self.schedule else None
        with imports.at("role"):
            role = imports.role(self.role) if self.role else None
        return {
            "schedule": schedule,
            "compute": compute,
            "network": network,
            "role": role,
            "environment": self.variables,
        }


class ScriptedSettings(CommonMonitorSettings):
    """What monitors can share whose records can be changed by scripts."""

    preprocessor: Script | None = None
    """Python file that runs on every record, relative to this file or in S3. Left out: none."""
    postprocessor: Script | None = None
    """Python file that runs after the analysis, relative to this file or in S3. Left out: none."""

    def scripts(self) -> Scripts:
        """Return scripts that change records."""
        return {"preprocessor": _script(self.preprocessor), "postprocessor": _script(self.postprocessor)}


class MonitorConfig(StrictModel):
    """What every monitor has of its own, whatever the kind."""

    DEFAULT_NAME: ClassVar[str]

    name: MonitorName | None = None
    """Name of the monitor in its stack; needed when there are several of a kind. A new name makes a new monitor. Left
    out: `DataQuality`, `ModelQuality`, `ModelBias` or `ModelExplainability`."""
    baseline: BaselineConfig
    """What is compared with."""
    mutes: list[MuteConfig] | None = None
    """What nobody wants to hear of this monitor for a while. Left out: nothing."""

    @property
    def id(self) -> str:
        """Name of the monitor, chosen or not."""
        return self.name or self.DEFAULT_NAME

    @abstractmethod
    def add_to(self, monitoring: ModelMonitoring, defaults: Defaults, imports: Imports) -> None:
        """Add the monitor.

        Raises:
            ConfigurationError: Something that the library refuses.
        """


Kind = TypeVar("Kind", bound=MonitorConfig)
OneOrSeveral: TypeAlias = Annotated[
    Annotated[Kind, Tag("<baseline>")] | Annotated[list[Kind], Field(min_length=1), Tag("<list>")],
    by_key("baseline", expected="a mapping with the key 'baseline', or a list of such mappings"),
]
"""One monitor, or a list of several."""
