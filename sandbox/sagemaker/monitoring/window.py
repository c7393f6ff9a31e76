"""The span of time whose data an execution analyses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.monitoring import cron
from sandbox.sagemaker.state import Document

_OFFSET = re.compile(r"(?P<sign>[+-]?)P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")
_LONGEST = timedelta(hours=24)
OFFSETS = ("StartTimeOffset", "EndTimeOffset")
"""Members of an EndpointInput or BatchTransformInput that give labels time to arrive."""


@dataclass(frozen=True)
class Window:
    """From ``start`` up to, not including, ``end``; aware datetimes in UTC."""

    start: datetime
    end: datetime

    def earlier(self, source: Document) -> "Window":
        """The window of the captures: the edges moved back by the offsets of an EndpointInput or BatchTransformInput.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_EndpointInput.html says that the offsets are
        subtracted, and examples write them as ``-P8D``: their sign makes no difference here.
        """
        start, end = (abs(_offset(source.get(name, "P0D"))) for name in OFFSETS)
        return Window(self.start - start, self.end - end)

    def hours(self) -> Iterator[datetime]:
        """The hours, by their beginning, that hold data of the window."""
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        while hour < self.end:
            yield hour
            hour += timedelta(hours=1)


def check(schedule_config: Document) -> None:
    """Refuse analysis times that AWS refuses.

    Raises:
        AwsError: They are missing with NOW, only one is given, or they span nothing or more than 24 hours.
    """
    given = [name for name in ("DataAnalysisStartTime", "DataAnalysisEndTime") if name in schedule_config]
    if schedule_config["ScheduleExpression"] == cron.NOW and not given:
        raise refuse("DataAnalysisStartTime and DataAnalysisEndTime are required with the schedule expression NOW")
    if len(given) == 1:
        raise refuse(f"DataAnalysisStartTime and DataAnalysisEndTime must be given together, got only {given[0]}")
    if given:
        start, end = (_offset(schedule_config[name]) for name in given)
        if not timedelta(0) < end - start <= _LONGEST:
            raise refuse(
                f"DataAnalysisEndTime must be later than DataAnalysisStartTime by at most 24 hours, got "
                f"{schedule_config['DataAnalysisStartTime']} to {schedule_config['DataAnalysisEndTime']}"
            )


def check_offsets(source: Document) -> None:
    """Refuse an EndpointInput or BatchTransformInput whose offsets are not durations.

    Raises:
        AwsError: One of them is not.
    """
    for name in OFFSETS:
        if name in source:
            _offset(source[name])


def of(schedule_config: Document, scheduled: datetime) -> Window:
    """The window of the execution scheduled for a time: the given offsets, else since the run before."""
    if "DataAnalysisStartTime" in schedule_config:
        start, end = (_offset(schedule_config[f"DataAnalysis{edge}Time"]) for edge in ("Start", "End"))
        return Window(scheduled + start, scheduled + end)
    schedule = cron.parse(schedule_config["ScheduleExpression"])
    assert schedule is not None
    return Window(schedule.previous_before(scheduled), scheduled)


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None or not any(match[unit] for unit in ("days", "hours", "minutes")):
        raise refuse(f"Invalid time offset '{text}': expected an ISO 8601 duration such as -PT1H or -P1D")
    size = timedelta(**{unit: int(match[unit] or 0) for unit in ("days", "hours", "minutes")})
    return -size if match["sign"] == "-" else size
