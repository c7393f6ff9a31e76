"""Conditions of reactions that no EventBridge pattern can express, and SageMaker pipelines as targets of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import jsii
from aws_cdk import Duration, Names, Stack, Token, aws_events as events, aws_iam as iam
from aws_cdk.interfaces.aws_events import IRuleRef
from constructs import Construct

from model_monitor.errors import Call, ConfigurationError, Key, Setting, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.principals import service_principal

_LONGEST_COOL_DOWN = Duration.days(365)
_NAME_LENGTH = 120
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_SageMakerPipelineParameters.html
_MOST_PARAMETERS = 200
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
_PIPELINE_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}")


@checked
@dataclass(frozen=True, kw_only=True)
class ReactionConditions:
    """When violations start a reaction.

    Attributes:
        cool_down: Least time between two runs that start it. Default: none; every run starts it.
        features: Only violations of these count: features, metrics of model quality, or other names that the findings
            of the event have. Default: all.
        at_least: How many different ones must have a violation. Default: 1.
    """

    cool_down: Duration | None = None
    features: Sequence[str] = ()
    at_least: int = 1

    def __post_init__(self) -> None:
        if self.cool_down is not None and not 0 < self.cool_down.to_seconds() <= _LONGEST_COOL_DOWN.to_seconds():
            raise ConfigurationError(
                option="cool_down",
                got=f"a cool-down of {self.cool_down.to_human_string()}",
                expected=f"more than nothing, and at most {_LONGEST_COOL_DOWN.to_days()} days",
                fix=("for example ", Setting("cool_down", Call("Duration.days", 1))),
            )
        if self.at_least < 1 or (self.features and self.at_least > len(set(self.features))):
            raise ConfigurationError(
                option="at_least",
                value=self.at_least,
                expected=f"1 to {len(set(self.features))}, the number of features" if self.features else "1 or more",
                fix="lower it, or name more features",
            )

    @property
    def are_any(self) -> bool:
        """Whether the results function must evaluate anything; otherwise a pattern of EventBridge is enough."""
        return self.cool_down is not None or bool(self.features) or self.at_least > 1

    def to_document(self, name: str) -> dict[str, object]:
        """Return what the results function is told.

        Args:
            name: Of the reaction.
        """
        document = {
            "name": name,
            "cool_down_seconds": self.cool_down.to_seconds() if self.cool_down else None,
            "features": sorted(set(self.features)) or None,
            "at_least": self.at_least if self.at_least > 1 else None,
        }
        return {key: value for key, value in document.items() if value is not None}


def reaction_name(scope: Construct, id: str) -> str:
    """Return a name for a reaction that no other one has.

    Args:
        scope: Parent of its rule.
        id: Construct id of its rule.
    """
    return f"{Names.unique_resource_name(scope, max_length=_NAME_LENGTH, separator='-')}-{id}"


@jsii.implements(events.IRuleTarget)
@checked
class SageMakerPipelineTarget:
    """Start a SageMaker pipeline, for example one that trains the model again.

    Example:
        ```python
        monitoring.on_violation(
            "Retrain",
            target=SageMakerPipelineTarget("credit-training", parameters={"Report": "$.detail.reportUri"}),
            cool_down=Duration.days(1),
        )
        ```
    """

    def __init__(
        self, pipeline_name: str, *, parameters: Mapping[str, str] | None = None, role: iam.IRole | None = None
    ) -> None:
        """Name the pipeline.

        Args:
            pipeline_name: Its name, in the account and region of the stack.
            parameters: Parameters of the pipeline. A value that begins with `$.` is taken from the event, for example
                `$.detail.reportUri`. Default: none.
            role: What EventBridge uses to start it. Default: a new one that may do nothing else.

        Raises:
            ConfigurationError: An ARN instead of a name, or more parameters than EventBridge takes.
        """
        if not Token.is_unresolved(pipeline_name) and not _PIPELINE_NAME.fullmatch(pipeline_name):
            raise ConfigurationError(
                option="pipeline_name",
                value=pipeline_name,
                expected="the pipeline's name: letters, digits and hyphens",
                fix="write what follows 'pipeline/' in the ARN",
            )
        if len(parameters or {}) > _MOST_PARAMETERS:
            raise ConfigurationError(
                option="parameters",
                got=f"{len(parameters or {})} parameters",
                expected=f"at most {_MOST_PARAMETERS}",
                fix="let the pipeline read the rest from the report",
            )
        for name in parameters or {}:
            if not _PIPELINE_NAME.fullmatch(name):
                raise ConfigurationError(
                    option=("parameters", Key(name)),
                    got=("the parameter ", Shown(name)),
                    expected="letters, digits and single hyphens, as in the pipeline's definition",
                    fix="write the parameter's name as the pipeline has it",
                )
        self._pipeline_name = pipeline_name
        self._parameters = dict(parameters or {})
        self._role = role

    @jsii.member(jsii_name="bind")
    def bind(self, rule: IRuleRef, id: str | None = None) -> events.RuleTargetConfig:
        """Return what the rule needs; called by the CDK.

        Args:
            rule: The rule.
            id: Id of the target within the rule.
        """
        stack = Stack.of(rule)
        arn = stack.format_arn(service="sagemaker", resource="pipeline", resource_name=self._pipeline_name)
        role = self._role or _role(rule, f"{id or 'Target'}Role")
        role.add_to_principal_policy(iam.PolicyStatement(actions=["sagemaker:StartPipelineExecution"], resources=[arn]))
        resource = rule.node.default_child
        if self._parameters and isinstance(resource, events.CfnRule):
            # The CDK's description of targets has no pipelines; it numbers the targets of a rule.
            number = (id or "").removeprefix("Target") or "0"
            pairs = [{"Name": name, "Value": value} for name, value in self._parameters.items()]
            resource.add_property_override(
                f"Targets.{number}.SageMakerPipelineParameters", {"PipelineParameterList": pairs}
            )
        return events.RuleTargetConfig(arn=arn, role=role)


def _role(rule: IRuleRef, id: str) -> iam.IRole:
    return iam.Role(
        cast("Construct", rule),
        id,
        assumed_by=service_principal("events.amazonaws.com"),
        description="Starts a SageMaker pipeline when a monitor finds violations",
    )
