"""The links `metrics`, `alarms` and `subscriptions`: does somebody hear of it?"""

from __future__ import annotations

from datetime import timedelta

from model_monitor_cli import synthetic, times
from model_monitor_cli.doctor.facts import Facts
from model_monitor_cli.doctor.finding import Check, Finding, Link

_SWEEP = timedelta(hours=1, minutes=15)
"""How long after the end of a run its metrics are there at the latest: the hourly sweep does what the event did not."""
_LITTLE_COVERAGE = 0.01


def _are_missing(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or facts.now - last.ended < _SWEEP:
        return None
    if facts.last_execution_metric and facts.last_execution_metric + timedelta(hours=1) >= last.ended:
        return None
    return Finding(
        f"The last run ended at {times.clock_time(last.ended, facts.now)} UTC, and there is no data point of it in "
        f"{synthetic.NAMESPACE}: the results function does not handle runs.",
        "Look at the log and the errors of the results function, and whether its two EventBridge rules are enabled "
        "(the stack's resources name all three); deploying the stack again repairs them.",
    )


def _cover_too_little(facts: Facts) -> Finding | None:
    if facts.label_coverage is None or facts.label_coverage >= _LITTLE_COVERAGE:
        return None
    return Finding(
        f"Only {facts.label_coverage:.1%} of the records found their label in the last run.",
        "Compare event ids of labels and records; if labels come later than the run, give the ground truth longer "
        "offsets.",
    )


def _are_none(facts: Facts) -> Finding | None:
    if facts.alarms or "alarms" in facts.refused:
        return None
    return Finding(
        "The monitor has no alarms, so nobody is called.",
        "Remove what turns them off (alarms of the monitor's options), and deploy.",
    )


def _tell_nobody(facts: Facts) -> Finding | None:
    telling = [alarm for alarm in (*facts.composites, *facts.alarms) if alarm.actions]
    if not facts.alarms or telling:
        return None
    return Finding(
        "No alarm of the monitor has an action: they go into ALARM, and nobody is told.",
        "Deploy the stack again, whose composite alarm notifies the topic; an alarm of your own needs "
        "add_alarm_action.",
    )


def _are_silenced(facts: Facts) -> Finding | None:
    silenced = [alarm for alarm in (*facts.composites, *facts.alarms) if alarm.actions and not alarm.actions_enabled]
    if not silenced:
        return None
    return Finding(
        f"Actions are disabled for: {'; '.join(alarm.name for alarm in silenced)}.",
        f"Enable them: aws cloudwatch enable-alarm-actions --alarm-names '{silenced[0].name}'",
    )


def _are_suppressed(facts: Facts) -> Finding | None:
    suppressed = [alarm.name for alarm in facts.composites if alarm.is_suppressed]
    if not suppressed:
        return None
    return Finding(
        f"A suppressor holds back: {'; '.join(suppressed)}.",
        "Look at the alarm that suppresses it, or wait until that is OK.",
    )


def _know_nothing(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or not last.outcome or not last.outcome.has_report or facts.now - last.ended < _SWEEP:
        return None
    blind = [alarm for alarm in facts.alarms if alarm.state == "INSUFFICIENT_DATA"]
    if not blind:
        return None
    metrics = sorted({name for alarm in blind for name in alarm.metrics})
    return Finding(
        f"Runs end, but these alarms have no data: {'; '.join(alarm.title for alarm in blind)} ({', '.join(metrics)}).",
        "Check whether the last report names the feature or metric: one that could not be checked has no data point. "
        "An alarm of your own must use a metric_* method of the monitor.",
    )


def _lack_a_topic(facts: Facts) -> Finding | None:
    gone = [topic.arn for topic in facts.topics if not topic.exists]
    if not gone:
        return None
    return Finding(f"The topic does not exist: {', '.join(gone)}.", "Deploy the stack that made it again.")


def _wait_for_confirmation(facts: Facts) -> Finding | None:
    waiting = [(topic, protocol) for topic in facts.topics for protocol in topic.pending]
    if not waiting or any(topic.confirmed for topic in facts.topics):
        return None
    protocols = ", ".join(sorted({protocol for _, protocol in waiting}))
    return Finding(
        f"No subscription of the topic is confirmed ({protocols}: PendingConfirmation), so nobody gets a message.",
        "Open the message 'AWS Notification - Subscription Confirmation' and confirm; if it is lost, subscribe once "
        f"more: aws sns subscribe --topic-arn {waiting[0][0].arn} --protocol {waiting[0][1]} --notification-endpoint "
        "<address>",
    )


def _are_not_there(facts: Facts) -> Finding | None:
    if not facts.topics or any(topic.confirmed or topic.pending for topic in facts.topics):
        return None
    return Finding(
        f"Nobody subscribes to {facts.topics[0].arn}.",
        "Subscribe somebody: monitoring.notify(...), or `notify` in monitoring.yaml, and deploy.",
    )


def _some_wait(facts: Facts) -> Finding | None:
    waiting = sorted({protocol for topic in facts.topics for protocol in topic.pending})
    if not waiting:
        return None
    return Finding(
        f"Some subscriptions wait for their confirmation: {', '.join(waiting)}.",
        "Ask the people behind them to open 'AWS Notification - Subscription Confirmation' and to confirm.",
    )


def _published(facts: Facts) -> str:
    if facts.last is None:
        return "none yet, as no run has ended"
    if facts.last_execution_metric is None:
        return "those of the last run are on their way"
    return "those of the last run are there"


def _watching(facts: Facts) -> str:
    ringing = [alarm.title for alarm in facts.alarms if alarm.state == "ALARM"]
    return f"{len(facts.alarms)}; in ALARM: {', '.join(ringing) or 'none'}"


def _heard(facts: Facts) -> str:
    protocols = sorted({protocol for topic in facts.topics for protocol in topic.confirmed})
    return f"confirmed: {', '.join(protocols)}" if protocols else "messages go to no topic"


METRICS = Link(
    "metrics", (Check("metrics-published", _are_missing), Check("labels-cover", _cover_too_little)), _published
)
ALARMS = Link(
    "alarms",
    (
        Check("alarms-exist", _are_none),
        Check("alarms-act", _tell_nobody),
        Check("alarms-enabled", _are_silenced),
        Check("alarms-not-suppressed", _are_suppressed),
        Check("alarms-have-data", _know_nothing),
    ),
    _watching,
)
SUBSCRIPTIONS = Link(
    "subscriptions",
    (
        Check("topic-exists", _lack_a_topic),
        Check("subscriptions-exist", _are_not_there),
        Check("subscriptions-confirmed", _wait_for_confirmation),
        Check("subscriptions-all-confirmed", _some_wait),
    ),
    _heard,
)
