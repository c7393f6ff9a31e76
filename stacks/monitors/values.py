"""What all kinds of monitors take, from what the file says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypedDict

from aws_cdk import Duration

from model_monitor import (
    AnalysisScript,
    Baseline,
    CapturedAttributes,
    GroundTruth,
    MonitorOptions,
    MonitorSchedule,
)
from stacks import translation
from stacks.configuration.alarms import MonitorAlarmsConfig
from stacks.configuration.baseline import BaselineConfig, DatasetBaseline, FileBaseline, FilesBaseline
from stacks.configuration.ground_truth import GroundTruth as GroundTruthSetting, GroundTruthConfig
from stacks.configuration.monitors import MonitorSettings, ScriptedSettings
from stacks.configuration.predictions import AttributesConfig
from stacks.imports import Imports


class CommonAlarms(TypedDict):
    """Arguments that `MonitorAlarms` of all kinds take."""

    any_violation: bool
    execution_failed: bool
    silence_after: int | None
    no_data_after: int | None


class Scripts(TypedDict):
    """Arguments of monitors whose records can be changed by scripts."""

    preprocessor: AnalysisScript | None
    postprocessor: AnalysisScript | None


class MonitorValues:
    """Makes values for monitors, and says of each which part of the file it comes from.

    Attributes:
        imports: Existing resources.
        at: Names the part of the file that a block is about.
    """

    def __init__(
        self, imports: Imports, at: Callable[..., AbstractContextManager[None]], places: MonitorOptions
    ) -> None:
        self.imports = imports
        self.at = at
        self._places = places

    def options(self, settings: MonitorSettings) -> MonitorOptions:
        """Options of every monitor."""
        with self.at("compute"):
            compute = self.imports.compute(settings.compute) if settings.compute else None
        with self.at("network"):
            network = self.imports.network(settings.network) if settings.network else None
        return {
            **self._places,
            "schedule": self.schedule(settings),
            "compute": compute,
            "network": network,
            "role": self.imports.role(settings.role) if settings.role else None,
            "environment": settings.variables,
        }

    def schedule(self, settings: MonitorSettings) -> MonitorSchedule | None:
        """When runs happen."""
        with self.at("schedule"):
            return translation.schedule(settings.schedule) if settings.schedule else None

    def scripts(self, settings: ScriptedSettings) -> Scripts:
        """Scripts that change records."""
        return {
            "preprocessor": translation.script(settings.preprocessor) if settings.preprocessor else None,
            "postprocessor": translation.script(settings.postprocessor) if settings.postprocessor else None,
        }

    def baseline(self, config: BaselineConfig) -> Baseline:
        """What is compared with."""
        location = self.imports.location
        with self.at("baseline"):
            if isinstance(config, DatasetBaseline):
                dataset = location(config.dataset)
                return Baseline.from_dataset(dataset, translation.dataset_format(config.format, dataset.key))
            if isinstance(config, FileBaseline):
                return Baseline.from_asset(config.file, translation.dataset_format(config.format, config.file.name))
            if isinstance(config, FilesBaseline):
                return Baseline.from_files(
                    constraints=location(config.constraints),
                    statistics=location(config.statistics) if config.statistics else None,
                )
            return Baseline.from_model_package(config.model_package, files=location(config.files))

    def ground_truth(self, config: GroundTruthSetting, schedule: MonitorSchedule | None) -> GroundTruth:
        """Where labels are; checked against the schedule that they must fit."""
        whole = config if isinstance(config, GroundTruthConfig) else GroundTruthConfig(location=config)
        with self.at("ground_truth"):
            found = GroundTruth(
                location=self.imports.location(whole),
                start_offset=_hours(whole.start_offset_hours),
                end_offset=_hours(whole.end_offset_hours),
            )
            found.require_window(schedule or MonitorSchedule.hourly())
            return found

    def attributes(self, config: AttributesConfig) -> CapturedAttributes:
        """Where predictions are in captured records."""
        with self.at("attributes"):
            return CapturedAttributes(
                features=config.features,
                inference=config.inference,
                probability=config.probability,
                probability_threshold=config.probability_threshold,
            )


def common_alarms(config: MonitorAlarmsConfig) -> CommonAlarms:
    """Alarms that every kind has."""
    return {
        "any_violation": config.any_violation,
        "execution_failed": config.execution_failed,
        "silence_after": None if config.silence_after == "never" else config.silence_after,
        "no_data_after": None if config.no_data_after == "never" else config.no_data_after,
    }


def _hours(hours: int | None) -> Duration | None:
    return None if hours is None else Duration.hours(hours)
