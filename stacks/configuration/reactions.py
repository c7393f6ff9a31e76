"""What is started when monitors find violations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_cdk import Duration, aws_events as events, aws_events_targets as targets
from pydantic import Field, Tag

from model_monitor import SageMakerPipelineTarget
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import ONCE, FunctionArn, StateMachineArn, matching

if TYPE_CHECKING:
    from stacks.imports import Imports


class ReactionSettings(StrictModel):
    """When violations bring a reaction about."""

    cool_down_hours: float | None = Field(default=None, gt=0, le=8760)
    """Least hours between two runs that start it. Left out: every run with violations starts it."""
    features: Annotated[list[str], ONCE] | None = None
    """Only violations of these count. Left out: all."""
    at_least: int = Field(default=1, ge=1)
    """How many different ones of them must have a violation."""

    @property
    def cool_down(self) -> Duration | None:
        """The library's duration."""
        return None if self.cool_down_hours is None else Duration.seconds(round(self.cool_down_hours * 3600))


class PipelineReaction(ReactionSettings):
    """Start a SageMaker pipeline, for example one that trains the model again."""

    pipeline: Annotated[
        str,
        *matching(
            "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}",
            expected="the name of a SageMaker pipeline: letters, digits and hyphens",
            fix="write the name, not the ARN",
            example="credit-training",
        ),
    ]
    """Its name, in the account and region of the stack."""
    parameters: dict[str, str] | None = None
    """Its parameters; a value that begins with `$.` is taken from the event, such as `$.detail.reportUri`. Left out:
    none."""

    def build(self, imports: Imports) -> events.IRuleTarget:  # noqa: ARG002 # as the other kinds
        """Return the target of the rule."""
        return SageMakerPipelineTarget(self.pipeline, parameters=self.parameters)


class StateMachineReaction(ReactionSettings):
    """Start a Step Functions state machine with the event as its input."""

    state_machine: StateMachineArn
    """Its ARN."""

    def build(self, imports: Imports) -> events.IRuleTarget:
        """Return the target of the rule."""
        return targets.SfnStateMachine(imports.state_machine(self.state_machine))


class FunctionReaction(ReactionSettings):
    """Call a Lambda function with the event."""

    function: FunctionArn
    """Its ARN."""

    def build(self, imports: Imports) -> events.IRuleTarget:
        """Return the target of the rule."""
        return targets.LambdaFunction(imports.function(self.function))


Reaction = Annotated[
    Annotated[PipelineReaction, Tag("<pipeline>")]
    | Annotated[StateMachineReaction, Tag("<state_machine>")]
    | Annotated[FunctionReaction, Tag("<function>")],
    by_key(
        "pipeline",
        "state_machine",
        "function",
        expected="{pipeline: name}, {state_machine: arn} or {function: arn}, optionally with conditions",
    ),
]
