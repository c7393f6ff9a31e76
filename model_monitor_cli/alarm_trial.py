"""The proof of alarms: bad data points, the state ALARM, and the notification that follows from it.

Each alarm must reach ALARM by data points of its own metric. The notification is proven once for each alarm that
notifies: a composite alarm tells of the first alarm beneath it, and not of the second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from model_monitor_cli import synthetic, times
from model_monitor_cli.alarm_verdict import Notice, Proof, Verdict
from model_monitor_cli.alarms import Alarm
from model_monitor_cli.delivery import Listener, subscribers
from model_monitor_cli.exits import CommandError
from model_monitor_cli.output import Progress
from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_IN_ALARM = "ALARM"
_REASON = "TEST by model-monitor test-alarms: nothing is wrong"
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGER = 0.2, 5.0, 1.5
_MOST_NAMES = 100


class TrialError(CommandError):
    """Alarms may not be tested; nothing was changed."""


@dataclass
class _Tested:
    """An alarm under test."""

    alarm: Alarm
    script: synthetic.Script | None
    note: str
    reached: bool = False
    again: bool = False


@dataclass
class Trial:
    """A test of alarms. `run` does all of it and cleans up.

    Attributes:
        context: AWS.
        subject: What is monitored, for the messages.
        alarms: Alarms to test.
        notifiers: Alarms that notify when one of them goes into ALARM.
        state_only: Whether states are set by hand.
        is_announced: Whether subscribers are told before and after.
        timeout: How long to wait for states and notifications.
        complain: Called with what could not be cleaned up.
    """

    context: Context
    subject: str
    alarms: Sequence[Alarm]
    notifiers: Sequence[Alarm]
    state_only: bool
    is_announced: bool
    timeout: timedelta
    complain: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _tested: list[_Tested] = field(default_factory=list)

    def run(self, progress: Progress) -> Verdict:
        """Test the alarms.

        Raises:
            TrialError: The caller may not tell subscribers, or publish data points.
        """
        described = self._described([alarm.name for alarm in self.alarms])
        left_alone = [
            Proof(alarm.name, alarm.title, "none", note="it is in ALARM already")
            for alarm in self.alarms
            if alarm.state == _IN_ALARM
        ]
        self._tested = [
            self._chosen(alarm, described[alarm.name])
            for alarm in self.alarms
            if alarm.state != _IN_ALARM and alarm.name in described
        ]
        listened = [alarm for alarm in self.notifiers if self._tested and not _hindrance(alarm)]
        topics = sorted({topic for alarm in listened for topic in _topics(alarm)})
        with Listener(self.context, topics, self.complain) as listener:
            told: list[str] = []
            try:
                self._announce(topics, told)
                self._begin()
                self._wait(listener, listened, progress)
                listener.hear()
            finally:
                self._put_back()
                self._say(told, "over", self._ending())
        notices = [self._notice(alarm, topic, listener) for alarm in self.notifiers for topic in _topics(alarm) or [""]]
        return Verdict((*(self._proof(tested) for tested in self._tested), *left_alone), tuple(notices))

    def _chosen(self, alarm: Alarm, described: Mapping[str, Any]) -> _Tested:
        if self.state_only:
            return _Tested(alarm, None, "")
        try:
            return _Tested(alarm, synthetic.Script.of(described), "")
        except synthetic.NotUnderstoodError as error:
            return _Tested(alarm, None, str(error))

    def _begin(self) -> None:
        try:
            for tested in self._tested:
                if tested.script is not None:
                    synthetic.publish(self.context, tested.script, bad=True)
                else:
                    self._set(tested.alarm.name, _IN_ALARM)
        except ClientError as error:
            if not errors.is_refusal(error):
                raise
            raise TrialError(
                f"you may not test alarms ({errors.message(error)}); it needs cloudwatch:PutMetricData for the "
                f"namespace {synthetic.NAMESPACE}, and cloudwatch:SetAlarmState where a state is set by hand"
            ) from error

    def _wait(self, listener: Listener, listened: Sequence[Alarm], progress: Progress) -> None:
        began, pause = self.clock(), _FIRST_PAUSE
        expected = {alarm.name for alarm in listened}
        while True:
            waiting = [tested for tested in self._tested if not tested.reached]
            states = self._described([tested.alarm.name for tested in waiting])
            for tested in waiting:
                tested.reached = states.get(tested.alarm.name, {}).get("StateValue") == _IN_ALARM
            heard = {message.get("AlarmName") for message in listener.hear() if _is_alarm(message)}
            missing = expected - heard if listener.refused is None else set()
            left = sum(not tested.reached for tested in self._tested)
            passed = timedelta(seconds=self.clock() - began)
            if (not left and not missing) or passed > self.timeout:
                return
            if passed > self.timeout / 2:
                self._insist()
            progress.tell(f"waiting for {_waited_for(left, len(missing))} ({times.span(passed.total_seconds())})")
            self.sleep(pause)
            pause = min(pause * _LONGER, _LONGEST_PAUSE)

    def _insist(self) -> None:
        """Publish bad points as of now, where those of the past were not seen: newer ones of a run hide them."""
        for tested in self._tested:
            if tested.script and not tested.reached and not tested.again:
                tested.again = True
                synthetic.publish(self.context, tested.script, bad=True, ages=[timedelta(0)])

    def _put_back(self) -> None:
        for tested in self._tested:
            try:
                if tested.script is not None:
                    synthetic.publish(self.context, tested.script, bad=False)
                elif self._described([tested.alarm.name])[tested.alarm.name]["StateReason"].startswith(_REASON):
                    self._set(tested.alarm.name, tested.alarm.state)
            except (ClientError, KeyError) as error:
                self.complain(f"the alarm {tested.alarm.name} was not put back ({error!r}); the next run does so")

    def _set(self, name: str, state: str) -> None:
        cloudwatch: Any = self.context.cloudwatch
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=f"{_REASON}.")

    def _announce(self, topics: Iterable[str], told: list[str]) -> None:
        names = "\n".join(f"- {tested.alarm.name}" for tested in self._tested)
        for topic in topics if self.is_announced else ():
            try:
                self._say_to(
                    topic,
                    "begins",
                    f"Somebody tests the alarms of {self.subject}. Nothing is wrong with the model. Ignore "
                    f"notifications of these alarms, and of those that combine them, until the test is over:\n{names}",
                )
            except ClientError as error:
                if not errors.is_refusal(error):
                    raise
                raise TrialError(
                    f"you may not tell the subscribers of {topic} that this is a test ({errors.message(error)}); it "
                    "needs sns:Publish, and kms:GenerateDataKey and kms:Decrypt on the topic's key. With --unannounced "
                    "nobody is told"
                ) from error
            told.append(topic)

    def _say(self, topics: Iterable[str], what: str, text: str) -> None:
        for topic in topics:
            try:
                self._say_to(topic, what, text)
            except ClientError as error:
                self.complain(f"the subscribers of {topic} were not told that the test is {what}: {error}")

    def _say_to(self, topic: str, what: str, text: str) -> None:
        subject = f"TEST {what}: alarms of {self.subject}"[:99].encode("ascii", "replace").decode()
        self.context.sns.publish(TopicArn=topic, Subject=subject, Message=text)

    def _ending(self) -> str:
        backs = [back for tested in self._tested if (back := self._back_by(tested))]
        until = f" They go back to OK by {times.minute(max(backs))} UTC." if backs else ""
        return f"The test of the alarms of {self.subject} is over.{until} Notifications after that are real."

    def _back_by(self, tested: _Tested) -> datetime | None:
        if tested.script is None:
            return None
        within = tested.script.length if tested.again else tested.script.back_within
        # CloudWatch evaluates once in a minute.
        return self.context.now() + within + timedelta(minutes=1)

    def _proof(self, tested: _Tested) -> Proof:
        proof = Proof(
            tested.alarm.name,
            tested.alarm.title,
            "data" if tested.script else "state",
            tested.reached,
            tested.note,
            self._back_by(tested),
        )
        if tested.reached:
            return proof
        why = "it did not go into ALARM; does it look at the metric of this monitor?"
        return replace(proof, note=f"{tested.note}; {why}" if tested.note else why)

    def _notice(self, alarm: Alarm, topic: str, listener: Listener) -> Notice:
        notice = Notice(alarm.name, alarm.title, topic)
        listed = subscribers(self.context, topic) if topic else None
        if listed is not None:
            notice = replace(notice, subscribers=dict(listed[0]), pending=listed[1])
        if hindrance := _hindrance(alarm):
            return replace(notice, arrived=None if alarm.state == _IN_ALARM else False, note=hindrance)
        if listener.refused is not None:
            return replace(notice, note=f"nobody could listen: {listener.refused}")
        if not self._tested:
            return replace(notice, note="no alarm was tested")
        arrived = any(_is_alarm(message) and message.get("AlarmName") == alarm.name for message in listener.messages)
        why = "" if arrived else "no notification arrived; may CloudWatch publish to the topic, and use its key?"
        return replace(notice, arrived=arrived, note=why)

    def _described(self, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(names), _MOST_NAMES):
            answer = self.context.cloudwatch.describe_alarms(
                AlarmNames=list(names[start : start + _MOST_NAMES]), AlarmTypes=["MetricAlarm"]
            )
            found.update((item["AlarmName"], item) for item in answer["MetricAlarms"])
        return found


def _topics(alarm: Alarm) -> list[str]:
    return [action for action in alarm.actions if action.split(":")[2:3] == ["sns"]]


def _hindrance(alarm: Alarm) -> str:
    """Return why an alarm would notify nobody now."""
    if not alarm.actions_enabled:
        return "its actions are disabled: nobody is told"
    if alarm.is_suppressed:
        return "its actions are suppressed: nobody is told"
    if not _topics(alarm):
        return "it notifies no topic of SNS"
    if alarm.state == _IN_ALARM:
        return "it is in ALARM already, and does not notify again"
    return ""


def _is_alarm(message: Mapping[str, Any]) -> bool:
    return message.get("NewStateValue") == _IN_ALARM


def _waited_for(alarms: int, notices: int) -> str:
    parts = [(alarms, "alarm"), (notices, "notification")]
    return " and ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in parts if count)
