"""The event of our own that says how a run of a monitor has ended, and rules on it.

AWS documents no event of a monitoring run. The results function sends ours once per run, no matter who started the run
and how the function learned of it: docs/events.md.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from enum import Enum

from aws_cdk import Duration, aws_events as events
from constructs import Construct

from model_monitor.errors import ConfigurationError
from model_monitor.internal.checking import checked
from model_monitor.internal.lazy import lazy_list
from model_monitor.internal.validation import at_synthesis
from model_monitor.reactions import ReactionConditions, reaction_name

EVENT_SOURCE = "model-monitoring"
EVENT_DETAIL_TYPE = "Monitoring Run Ended"


class RunStatus(Enum):
    """How a run has ended."""

    COMPLETED = "Completed"
    """Nothing was found."""
    COMPLETED_WITH_VIOLATIONS = "CompletedWithViolations"
    FAILED = "Failed"
    STOPPED = "Stopped"
    """Its job was stopped, by a person, by a deployment, or at its time limit."""
    NO_DATA = "NoData"
    """There were no captured records, or no labels."""


COMPLETED = (RunStatus.COMPLETED, RunStatus.COMPLETED_WITH_VIOLATIONS)
VIOLATION = (RunStatus.COMPLETED_WITH_VIOLATIONS,)
FAILED = (RunStatus.FAILED, RunStatus.STOPPED)
ENDED = tuple(RunStatus)


@checked
class RunEvents(Construct):
    """What a monitor and a monitoring have in common: runs that end, and that something can react to."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._reactions: list[Mapping[str, object]] = []

    def on_completed(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run that came to its end, with or without violations.

        Of a monitoring these are the runs of all its monitors, present or added later; so with the other methods.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the event of docs/events.md.
        """
        return self._on_run(id, target, COMPLETED, "ends")

    def on_violation(
        self,
        id: str,
        *,
        target: events.IRuleTarget,
        cool_down: Duration | None = None,
        features: Sequence[str] = (),
        at_least: int = 1,
    ) -> events.Rule:
        """React to runs that found violations, for example by training the model again.

        With conditions, the results function decides for each run whether the reaction is due, and the rule waits for
        that: patterns of EventBridge can neither count nor wait.

        Args:
            id: Construct id of the rule.
            target: What is called: a `SageMakerPipelineTarget`, or of `aws_cdk.aws_events_targets` `SfnStateMachine`,
                `LambdaFunction` or others. It gets the event of docs/events.md, with violations and report.
            cool_down: Least time between two runs that start the reaction; of a monitoring, of all monitors together.
                Default: none.
            features: Only violations of these count, in the words of the event's findings. Default: all.
            at_least: How many different ones of them must have a violation. Default: 1.

        Raises:
            ConfigurationError: Conditions that can never be met.
        """
        conditions = ReactionConditions(cool_down=cool_down, features=features, at_least=at_least)
        name = reaction_name(self, id) if conditions.are_any else None
        if name is not None:
            self.add_reaction(conditions.to_document(name))
        return self._on_run(id, target, VIOLATION, "finds violations", reaction=name)

    def on_failed(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run that failed or was stopped.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the event of docs/events.md, with the reason.
        """
        return self._on_run(id, target, FAILED, "fails")

    def on_ended(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run, however it ended, also to those that found no data.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the event of docs/events.md.
        """
        return self._on_run(id, target, ENDED, "ends, however it does")

    def add_reaction(self, reaction: Mapping[str, object]) -> None:
        """Have the results function decide for each run whether a reaction is due.

        Args:
            reaction: See `ReactionConditions.to_document`.
        """
        self._reactions.append(reaction)

    @abstractmethod
    def _schedule_names(self) -> list[str]:
        """Return the schedules whose runs are meant; asked for when the template is written."""

    @abstractmethod
    def _runs_in_words(self) -> str:
        """Return what the runs are of, for descriptions of rules."""

    def _on_run(
        self,
        id: str,
        target: events.IRuleTarget,
        statuses: tuple[RunStatus, ...],
        what: str,
        *,
        reaction: str | None = None,
    ) -> events.Rule:
        rule = events.Rule(
            self,
            id,
            description=f"A run of {self._runs_in_words()} {what}",
            event_pattern=events.EventPattern(
                source=[EVENT_SOURCE],
                detail_type=[EVENT_DETAIL_TYPE],
                detail={
                    "monitoringScheduleName": lazy_list(self._schedule_names),
                    "status": [status.value for status in statuses],
                    **({"reactions": [reaction]} if reaction else {}),
                },
            ),
            targets=[target],
        )
        at_synthesis(rule, self._faults_of_rules)
        return rule

    def _faults_of_rules(self) -> list[str]:
        if self._schedule_names():
            return []
        error = ConfigurationError(
            got="a rule on the runs of a monitoring without monitors",
            expected="at least one monitor: EventBridge takes no rule that can match nothing",
            fix="call add_data_quality(...) or another add_... method, or remove the rule",
        )
        return [str(error)]
