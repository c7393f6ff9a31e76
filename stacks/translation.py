"""Values of the file as the construct library takes them."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration

from model_monitor import AnalysisScript, DatasetFormat, MetricLimit, MonitorSchedule, S3Location
from stacks.configuration.alarms import Limit, RelativeLimit
from stacks.configuration.baseline import Csv, Format, format_of
from stacks.configuration.schedule import Cron, Daily, Every, Schedule

_FORMATS = {"csv": DatasetFormat.csv, "json_lines": DatasetFormat.json_lines, "parquet": DatasetFormat.parquet}


def dataset_format(config: Format | None, name: str) -> DatasetFormat:
    """How a dataset is stored; told from the name when the file does not say it."""
    known = config or format_of(name)
    assert known is not None, "the configuration model requires a format where the name has none"
    return _format(known)


def captured_format(config: Format | None) -> DatasetFormat | None:
    """How batch transform and capture writers store rows; CSV has no header line unless the file says so."""
    return None if config in (None, "csv") else _format(config)


def _format(config: Format) -> DatasetFormat:
    return DatasetFormat.csv(header=config.csv.header) if isinstance(config, Csv) else _FORMATS[config]()


def schedule(config: Schedule) -> MonitorSchedule:
    """When a monitor runs."""
    if isinstance(config, Daily):
        return MonitorSchedule.daily(hour=config.daily.hour)
    if isinstance(config, Every):
        return MonitorSchedule.every(hours=config.every.hours, starting=config.every.starting)
    if isinstance(config, Cron):
        return MonitorSchedule.expression(config.cron)
    if isinstance(config, str):
        return MonitorSchedule.hourly() if config == "hourly" else MonitorSchedule.daily()
    return MonitorSchedule.once(
        start=Duration.hours(config.once.start_hours_before), end=Duration.hours(config.once.end_hours_before)
    )


def script(source: Path | str) -> AnalysisScript:
    """A script beside the file, or one in S3."""
    if isinstance(source, Path):
        return AnalysisScript.from_asset(source)
    return AnalysisScript.from_location(S3Location.from_uri(source))


def limit(config: Limit) -> MetricLimit:
    """How bad a metric may become."""
    if isinstance(config, RelativeLimit):
        return MetricLimit.baseline(tolerance=config.worse_by)
    return MetricLimit.at(config)


def never(config: float | str) -> float | None:
    """A number that may be the word `never`."""
    return None if isinstance(config, str) else config
