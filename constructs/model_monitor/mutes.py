"""What nobody wants to hear of for a while, said in code: a planned migration, a campaign, a holiday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aws_cdk import Annotations, aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.errors import Call, ConfigurationError, OptionPath, Phrase, Setting
from model_monitor.internal.checking import checked

MUTE_IS_OVER = "model-monitor:muteIsOver"
"""Id of the warning; `Annotations.of(monitor).acknowledge_warning(id, reason)` silences it."""
LONGEST_MUTE = timedelta(days=90)
_LONGEST_REASON = 200
_COMMON = ("Endpoint", "MonitoringSchedule")
_EXAMPLE = "2026-11-22T02:00:00Z"


@checked
@dataclass(frozen=True)
class Mute:
    """Something that is neither told nor counted for a while. It ends by itself.

    A mute holds for the runs whose nominal time lies in it. Runs, reports, events and the alarm that runs have stopped
    stay on: docs/alarms.md. Make it with `window`, `feature` or `alarm`.

    Attributes:
        until: It holds for runs before.
        since: First nominal time of runs for which it holds; None for all runs before `until`.
        feature_name: Only what concerns this feature, or this metric of the model's quality.
        alarm_title: Only the metrics that this alarm watches.
        reason: Why, for those who wonder.

    Example:
        ```python
        monitoring.mute(
            Mute.window(since="2026-11-22T02:00:00Z", until="2026-11-22T06:00:00Z", reason="migration of the database"),
            Mute.feature("age", until="2026-12-01T00:00:00+01:00"),
        )
        ```
    """

    until: datetime
    since: datetime | None = None
    feature_name: str | None = None
    alarm_title: str | None = None
    reason: str | None = None

    @classmethod
    @checked
    def window(cls, *, since: str | datetime, until: str | datetime | None = None, reason: str | None = None) -> Mute:
        """Mute everything for the runs of some hours.

        Args:
            since: First nominal time of runs, with its zone.
            until: It holds for runs before this time, with its zone; at most 90 days later.
            reason: Why. Default: nobody is told.

        Raises:
            ConfigurationError: No end, no zone, or longer than 90 days.
        """
        return cls._made(since, until, reason)

    @classmethod
    @checked
    def feature(
        cls,
        name: str,
        *,
        until: str | datetime | None = None,
        since: str | datetime | None = None,
        reason: str | None = None,
    ) -> Mute:
        """Mute what concerns one feature, or one metric of the model's quality.

        Args:
            name: Its name in the baseline, or such as `recall`.
            until: It holds for runs before this time, with its zone; at most 90 days from the synthesis or `since`.
            since: First nominal time of runs, with its zone. Default: from the deployment on.
            reason: Why. Default: nobody is told.

        Raises:
            ConfigurationError: No end, no zone, or longer than 90 days.
        """
        return cls._made(since, until, reason, feature_name=name)

    @classmethod
    @checked
    def alarm(
        cls,
        title: str,
        *,
        until: str | datetime | None = None,
        since: str | datetime | None = None,
        reason: str | None = None,
    ) -> Mute:
        """Mute what one alarm watches; messages of runs still tell it.

        Args:
            title: What the alarm's name says happened, such as `drift of age`.
            until: It holds for runs before this time, with its zone; at most 90 days from the synthesis or `since`.
            since: First nominal time of runs, with its zone. Default: from the deployment on.
            reason: Why. Default: nobody is told.

        Raises:
            ConfigurationError: No end, no zone, or longer than 90 days.
        """
        return cls._made(since, until, reason, alarm_title=title)

    @property
    def subject(self) -> str:
        """What it mutes, in words."""
        if self.feature_name is not None:
            return f"feature {self.feature_name!r}"
        return "everything" if self.alarm_title is None else f"the alarm {self.alarm_title!r}"

    @property
    def is_over(self) -> bool:
        """Whether it holds for no run to come."""
        return self.until <= _now()

    def documents(self, watched: Mapping[str, Sequence[cloudwatch.Metric]]) -> list[dict[str, object]]:
        """Return what the results function is told; nothing if there is no such alarm.

        Args:
            watched: The metrics of alarms, by their titles.
        """
        common = {
            "since": _text(self.since) if self.since else None,
            "until": _text(self.until),
            "feature": self.feature_name,
            "reason": self.reason,
        }
        kept: dict[str, object] = {key: value for key, value in common.items() if value is not None}
        if self.alarm_title is None:
            return [kept]
        return [{**kept, **_document(metric)} for metric in watched.get(self.alarm_title, ())]

    @classmethod
    def _made(
        cls,
        since: str | datetime | None,
        until: str | datetime | None,
        reason: str | None,
        *,
        feature_name: str | None = None,
        alarm_title: str | None = None,
    ) -> Mute:
        if until is None:
            raise ConfigurationError(
                option="until",
                got="a mute without an end",
                expected="a time until which it holds: nobody remembers to end it, and a muted monitor looks healthy",
                fix=(
                    "for example ",
                    Setting("until", _EXAMPLE),
                    "; what is muted for good is left out (docs/alarms.md)",
                ),
            )
        start, end = _time(since, "since") if since is not None else None, _time(until, "until")
        _require_span(start, end)
        if reason is not None and len(reason) > _LONGEST_REASON:
            raise ConfigurationError(
                option="reason",
                got=f"a reason of {len(reason)} characters",
                expected=f"at most {_LONGEST_REASON}",
                fix="write a few words, and the rest where the reason is recorded",
            )
        return cls(end, start, feature_name, alarm_title, reason)


class Mutes:
    """The mutes of a monitor."""

    def __init__(self) -> None:
        """Mute nothing yet."""
        self.watched: dict[str, cloudwatch.IMetric] = {}
        self._documents: list[dict[str, object]] = []

    def watch(self, title: str, metric: cloudwatch.IMetric) -> None:
        """Remember what an alarm watches.

        Args:
            title: What the alarm's name says happened.
            metric: What it watches.
        """
        self.watched[title] = metric

    def add(self, mute: Mute) -> bool:
        """Mute what the monitor has of it; return whether there is anything.

        Args:
            mute: The mute.
        """
        # Looked at only now, since each question is a message to the CDK's process, and most monitors are not muted.
        documents = mute.documents({title: list(_metrics_of(metric)) for title, metric in self.watched.items()})
        self._documents += [document for document in documents if document not in self._documents]
        return bool(documents)

    @property
    def documents(self) -> list[dict[str, object]] | None:
        """What the results function is told; None for nothing."""
        return self._documents or None


def warn_if_over(scope: Construct, mute: Mute) -> None:
    """Warn of a mute that mutes nothing any more.

    Args:
        scope: What it was given to.
        mute: The mute.
    """
    if not mute.is_over:
        return
    error = ConfigurationError(
        option="until",
        got=f"a mute of {mute.subject} that was over on {_text(mute.until)}",
        expected="a mute that still holds, or is yet to come",
        fix="remove it",
    )
    Annotations.of(scope).add_warning_v2(f"{MUTE_IS_OVER}:{_text(mute.until)}", str(error))


def require_audible(mute: Mute) -> None:
    """Check that a mute does not hide that nobody is watching.

    Raises:
        ConfigurationError: It does.
    """
    if mute.alarm_title == "no runs":
        raise ConfigurationError(
            got="a mute of the alarm 'no runs'",
            expected="an alarm that says something of the traffic: this one says that nobody is watching",
            fix=("leave it out with ", Setting(("alarms", "silence_after"), None)),
        )


def unknown_alarm(mute: Mute, titles: Iterable[str]) -> ConfigurationError:
    """Return the error for a mute of an alarm that does not exist.

    Args:
        mute: The mute.
        titles: What there is.
    """
    return ConfigurationError(
        got=f"a mute of {mute.subject}",
        expected=f"the title of an alarm: {', '.join(repr(title) for title in titles) or 'there is none'}",
        fix="write one of them, or mute a feature",
    )


def _require_span(since: datetime | None, until: datetime) -> None:
    begin = since or _now()
    if since is not None and until <= since:
        raise ConfigurationError(
            option="until", value=_text(until), expected=f"a time after {_text(since)}", fix="exchange the two"
        )
    if until - begin > LONGEST_MUTE:
        raise ConfigurationError(
            option="until",
            got=f"a mute of {(until - begin).days} days",
            expected=f"at most {LONGEST_MUTE.days} days: a longer one is forgotten, and a muted monitor looks healthy",
            fix="end it earlier, and lengthen it when it is due; what is muted for good is left out (docs/alarms.md)",
        )


def _time(time: str | datetime, option: str) -> datetime:
    try:
        found = datetime.fromisoformat(time) if isinstance(time, str) else time
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        expected: Phrase = f"a time with its zone, such as {_EXAMPLE} or 2026-11-22T03:00:00+01:00"
        path: OptionPath = (option,)
        shown = time if isinstance(time, str) else Call("datetime", ...)
        raise ConfigurationError(option=path, value=shown, expected=expected, fix="add the zone; Z stands for UTC")
    return found.astimezone(UTC)


def _text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _now() -> datetime:
    return datetime.now(UTC)


def _metrics_of(metric: cloudwatch.IMetric) -> Iterable[cloudwatch.Metric]:
    if isinstance(metric, cloudwatch.MathExpression):
        for part in metric.using_metrics.values():
            yield from _metrics_of(part)
    elif isinstance(metric, cloudwatch.Metric) and metric.namespace == metrics.OWN_NAMESPACE:
        yield metric


def _document(metric: cloudwatch.Metric) -> dict[str, object]:
    dimensions = {name: value for name, value in (metric.dimensions or {}).items() if name not in _COMMON}
    return {"metric": metric.metric_name, **({"dimensions": dimensions} if dimensions else {})}
