"""The one alarm that goes into ALARM when any alarm of any monitor does."""

from __future__ import annotations

from collections.abc import Sequence

import jsii
from aws_cdk import Names, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_sns as sns
from constructs import Construct

from model_monitor.alarms.commands import status_command
from model_monitor.alarms.description import alarm_name, arn_length, fitting_description, more_with
from model_monitor.internal.lazy import lazy_string

# A composite alarm's rule has 10,240 characters and names 100 alarms at most.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_RULE_LENGTH = 10_240
_UNGROUPED_ALARMS = 10  # of one monitor
_GROUPED_ALARMS = 50
# What alarms of monitors may take of the top's rule by themselves; the rest is for the groups of further monitors.
_UNGROUPED_LENGTH = 7_000
_AROUND_ARN = len("ALARM() OR ")


class CompositeAlarms:
    """Collect the alarms of monitors under one alarm that notifies, so that people get one call.

    Attributes:
        alarm: That alarm; `None` while no monitor has an alarm.
    """

    def __init__(
        self, scope: Construct, *, subject: str, model: str | None, topic: sns.ITopic, runbook_url: str | None
    ) -> None:
        """Make nothing yet.

        Args:
            scope: Parent of composite alarms.
            subject: What is monitored.
            model: What the command line calls it; None where it has no name.
            topic: Who is told.
            runbook_url: Named in the description.
        """
        self.alarm: cloudwatch.CompositeAlarm | None = None
        self._scope = scope
        self._unique = Names.unique_resource_name(scope, max_length=63, separator="-").lower()
        self._subject = subject
        self._model = model
        self._topic = topic
        self._runbook_url = runbook_url
        self._watched: list[cloudwatch.IAlarm] = []
        self._ungrouped_length = 0

    def add(self, id: str, alarms: Sequence[cloudwatch.IAlarm], names: Sequence[str]) -> None:
        """Add a monitor's alarms.

        Args:
            id: Construct id of the monitor.
            alarms: Its alarms.
            names: The names of them.
        """
        lengths = [_AROUND_ARN + arn_length(name) for name in names]
        length = self._ungrouped_length + sum(lengths)
        if len(alarms) <= _UNGROUPED_ALARMS and length <= _UNGROUPED_LENGTH:
            self._ungrouped_length = length
            self._watched.extend(alarms)
        else:
            self._watched.extend(self._grouped(id, alarms, lengths))
        if self._watched and self.alarm is None:
            self.alarm = self._make_alarm()

    def _grouped(
        self, id: str, alarms: Sequence[cloudwatch.IAlarm], lengths: Sequence[int]
    ) -> list[cloudwatch.CompositeAlarm]:
        groups: list[list[cloudwatch.IAlarm]] = []
        room = 0
        for alarm, length in zip(alarms, lengths, strict=True):
            if length > room or len(groups[-1]) == _GROUPED_ALARMS:
                groups.append([])
                room = _RULE_LENGTH
            groups[-1].append(alarm)
            room -= length
        return [
            cloudwatch.CompositeAlarm(
                self._scope,
                f"{id}Alarms{number}",
                composite_alarm_name=alarm_name(f"{self._subject}, {id}: any alarm {number}", self._unique),
                alarm_rule=_AnyAlarm(group),
                alarm_description=f"Any of {len(alarms)} alarms of one monitor; part of the alarm of all.",
            )
            for number, group in enumerate(groups)
        ]

    def _make_alarm(self) -> cloudwatch.CompositeAlarm:
        composite = cloudwatch.CompositeAlarm(
            self._scope,
            "Alarm",
            composite_alarm_name=alarm_name(f"{self._subject}: any alarm of its monitors", self._unique),
            alarm_rule=_AnyAlarm(self._watched),
            alarm_description=fitting_description(
                f"Something is wrong with the data or the monitoring of {self._subject}. "
                "Its alarms that are in ALARM, and the message of the run, say what.",
                f"Runbook: {self._runbook_url}." if self._runbook_url else "",
                more_with(status_command(self._model)),
            ),
        )
        composite.add_alarm_action(actions.SnsAction(self._topic))
        composite.add_ok_action(actions.SnsAction(self._topic))
        return composite


@jsii.implements(cloudwatch.IAlarmRule)
class _AnyAlarm:
    """In ALARM when one of several alarms is; written at the end, when all are known."""

    def __init__(self, alarms: Sequence[cloudwatch.IAlarm]) -> None:
        self._rule = lazy_string(lambda: " OR ".join(f'ALARM("{alarm.alarm_arn}")' for alarm in alarms))

    @jsii.member(jsii_name="renderAlarmRule")
    def render_alarm_rule(self) -> str:
        return self._rule
