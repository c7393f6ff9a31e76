"""What the description of a run's processing job tells of the run.

Names of inputs and variables are those of real jobs; https://docs.aws.amazon.com/sagemaker/latest/dg/
model-monitor-byoc-contract-inputs.html has the variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

_TIME_IN_NAME = re.compile(r"-(\d{12})-[0-9a-f]+$")
# Not "has no data capture", which is a failure.
_NO_DATA = re.compile(r"no data(?! capture)", re.IGNORECASE)
_BASELINE = (("constraints", "baseline_constraints"), ("baseline", "baseline_statistics"))


@dataclass(frozen=True)
class Places:
    """Where the files of a run are, and the hours that it has looked at; None is what the job does not tell."""

    folder: str | None
    constraints: str | None
    statistics: str | None
    window: tuple[datetime, datetime] | None


def places_of(job: Mapping[str, Any]) -> Places:
    """Return what `DescribeProcessingJob` tells of a run.

    The baseline is the one that this very run was compared with, whatever has been deployed since.
    """
    outputs = job.get("ProcessingOutputConfig", {}).get("Outputs", [])
    folder = next((output["S3Output"]["S3Uri"].rstrip("/") for output in outputs if "S3Output" in output), None)
    constraints, statistics = (_input(job, name, variable) for name, variable in _BASELINE)
    if statistics is None and constraints is not None and constraints.endswith("/constraints.json"):
        # A job of model quality gets the constraints only; the statistics lie beside them.
        statistics = constraints.removesuffix("constraints.json") + "statistics.json"
    return Places(folder, constraints, statistics, window_of(job))


def time_in_name(job_name: str) -> datetime | None:
    """Return the nominal time of a run as the name of its job tells it (UTC), or None if it does not."""
    match = _TIME_IN_NAME.search(job_name)
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M").replace(tzinfo=UTC) if match else None
    except ValueError:  # twelve digits that are no time
        return None


def scheduled_time(summary: Mapping[str, Any]) -> datetime:
    """Return the nominal time of a listed run (UTC)."""
    name = str(summary.get("ProcessingJobArn", "")).rpartition("/")[2]
    listed: datetime = summary["ScheduledTime"]
    return time_in_name(name) or listed.astimezone(UTC)


def outcome_of(summary: Mapping[str, Any]) -> str:
    """Return what came of a listed run: its status, and `NoData` for a window without traffic."""
    status = str(summary["MonitoringExecutionStatus"])
    has_no_data = tells_of_no_data(str(summary.get("FailureReason", "")))
    return "NoData" if status == "Failed" and has_no_data else status


def tells_of_no_data(reason: str) -> bool:
    """Return whether a reason of a failure is that there was no traffic, or no label."""
    return _NO_DATA.search(reason) is not None


def _input(job: Mapping[str, Any], name: str, variable: str) -> str | None:
    path = PurePosixPath(job.get("Environment", {}).get(variable, ""))
    for item in job.get("ProcessingInputs", []):
        source = item.get("S3Input", {})
        is_it = item.get("InputName") == name or (path.name and source.get("LocalPath") == str(path.parent))
        if is_it and source.get("S3Uri"):
            uri = str(source["S3Uri"])
            return uri if uri.endswith(".json") or not path.name else f"{uri.rstrip('/')}/{path.name}"
    return None


def window_of(job: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """Return beginning and end of the traffic that a job looks at (UTC), or None if it does not tell."""
    environment = job.get("Environment", {})
    try:
        return _utc(environment["start_time"]), _utc(environment["end_time"])
    except (KeyError, ValueError):
        return None


def _utc(text: str) -> datetime:
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
