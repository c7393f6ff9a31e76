"""What alarms say to the person on call."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from model_monitor.alarms.commands import Commands

_MAX_DESCRIPTION = 1024
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_NAME = 255
_DIGEST_LENGTH = 6
_ARN_AROUND_NAME = '"arn:aws-us-gov:cloudwatch:ap-northeast-1:123456789012:alarm:",'  # none is longer
# What a token stands for is known later: names of buckets and endpoints, which have 63 characters at most.
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_TOKEN_LENGTH = 63
_TOKEN_OR_TEXT = re.compile(rf"{_TOKEN.pattern}|.")


def fitting_description(*parts: str) -> str:
    """Join as many parts as an alarm's description holds; the first one is never left out.

    Whole parts are left out rather than cut: half a token would be nonsense in the template.

    Args:
        *parts: Sentences, the most important first; empty ones are skipped.
    """
    chosen: list[str] = []
    room = _MAX_DESCRIPTION
    for part in map(_visible, filter(None, parts)):
        length = _deployed_length(part) + 1
        if length <= room or not chosen:
            chosen.append(part)
            room -= length
    return " ".join(chosen)


def more_with(command: str) -> str:
    """Return the sentence that names a command; CloudWatch's console shows descriptions as Markdown."""
    return f"More: `{command}`."


def arn_length(alarm: str) -> int:
    """Return how long the ARN of an alarm is at most, in quotes and with a comma.

    Args:
        alarm: Its name.
    """
    return len(_ARN_AROUND_NAME) + _deployed_length(alarm)


def _deployed_length(text: str) -> int:
    """Return how long a text is at most when its tokens are known."""
    return len(_TOKEN.sub("x" * _TOKEN_LENGTH, text))


def _visible(text: str) -> str:
    """Write out what is no printable character: names of features may hold line breaks."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


def alarm_name(text: str, unique: str) -> str:
    """Return a readable name for an alarm. No two alarms of an account and region may have one.

    Nothing but a new name replaces an alarm, so it is safe to choose it
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html).

    Args:
        text: What people read first; shortened where it is too long.
        unique: What tells it from all others; kept as it is.
    """
    room = _MAX_NAME - len(unique) - len(" []")
    plain = "".join(letter if _is_plain(letter) else "?" for letter in text)
    if _deployed_length(plain) <= room and plain == text:
        return f"{text} [{unique}]"
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{_shortened(plain, room - len(digest) - 1)} {digest} [{unique}]"


def _is_plain(letter: str) -> bool:
    # The rules of composite alarms have names in quotes, and AWS documents no way to write a quote within them.
    return letter.isascii() and letter.isprintable() and letter not in '"\\'


def _shortened(text: str, room: int) -> str:
    """Cut a text, but no token in it: half a token would be nonsense in the template."""
    parts, left = [], room
    for part in _TOKEN_OR_TEXT.findall(text):
        length = _TOKEN_LENGTH if _TOKEN.fullmatch(part) else len(part)
        if length > left:
            if not _TOKEN.fullmatch(part):
                parts.append(part[:left])
            break
        parts.append(part)
        left -= length
    return "".join(parts)


@dataclass(frozen=True)
class AlarmTexts:
    """What the descriptions of a monitor's alarms share.

    Attributes:
        subject: What is monitored.
        monitor: Kind of monitor in words.
        schedule_name: Schedule.
        reports_uri: Where reports lie.
        runbook_url: What to do, if the team wrote it down.
        commands: What shows more.
    """

    subject: str
    monitor: str
    schedule_name: str
    reports_uri: str
    runbook_url: str | None
    commands: Commands

    def name(self, title: str) -> str:
        """Return the name of an alarm: what a pager shows.

        What is monitored and what happened come first; the schedule's name, which is unique, comes last.

        Args:
            title: What happened, in a few words.
        """
        return alarm_name(f"{self.subject}, {self.monitor}: {title}", self.schedule_name)

    def describe(self, happened: str, *, missing: str, more: str) -> str:
        """Return a description for a person on call: what happened, where to look, what silence means.

        Args:
            happened: What happened, in sentences.
            missing: What becomes of the alarm without data.
            more: The command that shows more.
        """
        return fitting_description(
            f"{happened} {self.subject[0].upper()}{self.subject[1:]}, {self.monitor} monitor {self.schedule_name}.",
            f"Runbook: {self.runbook_url}." if self.runbook_url else "",
            more_with(more),
            f"Without data: {missing}.",
            f"Reports: {self.reports_uri}.",
        )
