"""What alarms say to the person on call."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_DESCRIPTION = 1024
# What a token stands for is known later: names of buckets and endpoints, which have 63 characters at most.
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_TOKEN_LENGTH = 63


def fitting_description(*parts: str) -> str:
    """Joins as many parts as an alarm's description holds; the first one is never left out.

    Whole parts are left out rather than cut: half a token would be nonsense in the template.

    Args:
        *parts: Sentences, the most important first; empty ones are skipped.
    """
    chosen: list[str] = []
    room = _MAX_DESCRIPTION
    for part in filter(None, parts):
        length = len(_TOKEN.sub("x" * _TOKEN_LENGTH, part)) + 1
        if length <= room or not chosen:
            chosen.append(part)
            room -= length
    return " ".join(chosen)


@dataclass(frozen=True)
class AlarmTexts:
    """What the descriptions of a monitor's alarms share.

    Attributes:
        subject: What is monitored.
        monitor: Kind of monitor in words.
        schedule_name: Schedule.
        reports_uri: Where reports lie.
        runbook_url: What to do, if the team wrote it down.
    """

    subject: str
    monitor: str
    schedule_name: str
    reports_uri: str
    runbook_url: str | None

    def describe(self, happened: str, *, missing: str) -> str:
        """A description for a person on call: what happened, where to look, what silence means."""
        return fitting_description(
            f"{happened} {self.subject[0].upper()}{self.subject[1:]}, {self.monitor} monitor {self.schedule_name}.",
            f"Runbook: {self.runbook_url}." if self.runbook_url else "",
            f"Without data: {missing}.",
            f"Reports: {self.reports_uri}.",
        )
