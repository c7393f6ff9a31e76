"""Two limits that look like one: above which a run reports a violation, and above which an alarm goes into ALARM."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Annotations
from constructs import Construct

from model_monitor.errors import ConfigurationError, OptionPath, Phrase, Setting

ALARM_ABOVE_CONSTRAINT = "model-monitor:alarmAboveConstraint"
"""Id of the warning; `Annotations.of(monitor).acknowledge_warning(id, reason)` silences it."""


def late_alarm(*, option: OptionPath, got: Phrase, expected: str, raised: Setting, where: str) -> ConfigurationError:
    """Return what to warn of: an alarm whose limit lies beyond that of violations, which alarm already.

    Args:
        option: The alarm.
        got: Its limit, in words.
        expected: The limit of violations, in words.
        raised: The limit of violations that would fit the alarm's.
        where: What the limit of violations belongs to.
    """
    return ConfigurationError(
        option=option,
        got=got,
        expected=f"{expected}: a run reports a violation beyond it, and any violation goes into ALARM",
        fix=("add ", raised, f" to {where}, or use ", Setting(("alarms", "any_violation"), False)),
    )


def warn(scope: Construct, warnings: Sequence[ConfigurationError]) -> None:
    """Show warnings at synthesis, which they do not stop.

    Args:
        scope: The monitor.
        warnings: What to warn of.
    """
    if warnings:
        Annotations.of(scope).add_warning_v2(ALARM_ABOVE_CONSTRAINT, "; ".join(str(warning) for warning in warnings))
