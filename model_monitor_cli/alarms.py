"""The alarms of monitors: found by the schedule that their metrics name, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_DIMENSION = "MonitoringSchedule"


@dataclass(frozen=True)
class Alarm:
    """An alarm.

    Attributes:
        name: Its name.
        state: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
        since: Since when.
        reason: CloudWatch's words.
        actions_enabled: Whether its actions are carried out.
        actions: ARNs of what is told when it goes into ALARM.
        schedules: The schedules whose metrics it watches, in lower case; of a composite those of its alarms.
        is_composite: Whether it combines others.
        metrics: Names of the metrics that it watches.
        is_suppressed: Whether a suppressor holds its actions back.
    """

    name: str
    state: str
    since: datetime
    reason: str
    actions_enabled: bool
    actions: tuple[str, ...]
    schedules: frozenset[str]
    is_composite: bool = False
    metrics: tuple[str, ...] = field(default=())
    is_suppressed: bool = False

    @property
    def title(self) -> str:
        """What happened, without what all alarms of the monitor begin and end with."""
        readable = self.name.rpartition(" [")[0] or self.name
        return readable.rpartition(": ")[2] if self.schedules and not self.is_composite else readable


def find_alarms(context: Context) -> tuple[Alarm, ...]:
    """Return all alarms of the account and region that watch a monitor, composite ones included."""
    metric_alarms: list[Mapping[str, Any]] = []
    composites: list[Mapping[str, Any]] = []
    for page in context.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    ):
        metric_alarms += page.get("MetricAlarms", [])
        composites += page.get("CompositeAlarms", [])
    by_arn = {found["AlarmArn"]: schedules for found in metric_alarms if (schedules := _schedules(found))}
    alarms = [_alarm(found, by_arn[found["AlarmArn"]]) for found in metric_alarms if found["AlarmArn"] in by_arn]
    return (*alarms, *_composites(composites, by_arn))


def alarms_or_none(context: Context) -> tuple[Alarm, ...] | None:
    """Return the same, or None if the caller may not list alarms."""
    try:
        return find_alarms(context)
    except ClientError as error:
        if errors.is_denied(error):
            return None
        raise


def of_schedule(alarms: Sequence[Alarm], schedule: str) -> tuple[Alarm, ...]:
    """Return the alarms that watch a schedule's metrics, without composite ones."""
    return tuple(alarm for alarm in alarms if schedule.lower() in alarm.schedules and not alarm.is_composite)


def composites_of(alarms: Sequence[Alarm], schedule: str) -> tuple[Alarm, ...]:
    """Return the composite alarms that combine alarms of a schedule."""
    return tuple(alarm for alarm in alarms if schedule.lower() in alarm.schedules and alarm.is_composite)


def _composites(found: Sequence[Mapping[str, Any]], by_arn: Mapping[str, frozenset[str]]) -> list[Alarm]:
    """Return composite alarms with the schedules behind them; one may combine others."""
    known = dict(by_arn)
    grown = True
    while grown:
        grown = False
        for item in found:
            schedules = frozenset[str]().union(
                *(watched for arn, watched in known.items() if f'"{arn}"' in item["AlarmRule"])
            )
            if schedules - known.get(item["AlarmArn"], frozenset()):
                known[item["AlarmArn"]] = schedules
                grown = True
    return [_alarm(item, known[item["AlarmArn"]], composite=True) for item in found if item["AlarmArn"] in known]


def _alarm(found: Mapping[str, Any], schedules: frozenset[str], *, composite: bool = False) -> Alarm:
    return Alarm(
        name=found["AlarmName"],
        state=found["StateValue"],
        since=found["StateUpdatedTimestamp"],
        reason=found.get("StateReason", ""),
        actions_enabled=found.get("ActionsEnabled", True),
        actions=tuple(found.get("AlarmActions", ())),
        schedules=schedules,
        is_composite=composite,
        metrics=tuple(dict.fromkeys(metric["MetricName"] for metric in _metrics(found))),
        is_suppressed=bool(found.get("ActionsSuppressedBy")),
    )


def _schedules(found: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        dimension["Value"].lower()
        for metric in _metrics(found)
        for dimension in metric.get("Dimensions", [])
        if dimension["Name"] == _DIMENSION
    )


def _metrics(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the metrics of an alarm, also those that its mathematics combine."""
    if found.get("MetricName"):
        yield found
    for query in found.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]
