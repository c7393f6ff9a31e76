"""One execution: what is to be analysed, when, and for which schedule."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.window import Window
from sandbox.sagemaker.state import Document

NO_DATA = "Job inputs had no data"


class CannotRunError(Exception):
    """An execution fails without a job; the message is its FailureReason."""


@dataclass(frozen=True)
class Occasion:
    """The facts of one execution.

    Args:
        schedule: The monitoring schedule.
        job: What it runs.
        scheduled: The time at which it fell due.
        window: The captures to analyse: the window of the schedule, moved by the offsets of the input.
        token: 24 hexadecimal digits that the names of all its jobs end with.
    """

    schedule: Document
    job: MonitoringJob
    scheduled: datetime
    window: Window
    token: str = field(default_factory=lambda: secrets.token_hex(12))

    @property
    def schedule_name(self) -> str:
        """Name of the schedule."""
        name: str = self.schedule["MonitoringScheduleName"]
        return name

    @property
    def collected(self) -> Window:
        """When the labels of the captures were collected.

        A label comes after its prediction, maybe by as much as the offsets wait for it. Real merge jobs, which were
        seen without offsets only, read the hours of their window; this is the same then.
        """
        return Window(self.window.start, max(self.window.end, self.scheduled))

    def job_name(self, kind: str) -> str:
        """Name of one of its processing jobs, e.g. ``model-monitoring-202601312200-<token>``."""
        return f"{kind}-{self.scheduled:%Y%m%d%H%M}-{self.token}"
