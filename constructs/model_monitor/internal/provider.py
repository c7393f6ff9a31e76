"""Functions behind custom resources: one pair for each kind and stack, whatever the number of resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from aws_cdk import Duration, RemovalPolicy, Size, Stack, aws_lambda as lambda_, aws_logs as logs
from aws_cdk.custom_resources import Provider
from constructs import Construct, IConstruct

from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.nag import BASIC_EXECUTION, acknowledge, acknowledge_wildcards_at

# CloudFormation gives up after an hour, without a reason; the framework's state machine must be earlier. What the
# functions wait for has its own, shorter limit.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
_TOTAL_TIMEOUT = Duration.minutes(58)


class StackProvider(Construct):
    """Answers CloudFormation for one kind of custom resource.

    Attributes:
        on_event: The function that begins.
        is_complete: The function that waits.
        service_token: What a custom resource names.
    """

    ID = ""
    """Construct id below the stack."""

    PACKAGE = ""
    """Package of the handlers."""

    BEGINS = ""
    """What the first function is for."""

    WAITS = ""
    """What the second function is for."""

    MEMORY = Size.mebibytes(256)
    """Of both functions."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Makes the functions. Use `of`."""
        super().__init__(scope, id)
        self.on_event = self._function("OnEvent", "on_event", self.BEGINS)
        self.is_complete = self._function("IsComplete", "is_complete", self.WAITS)
        provider = Provider(
            self,
            "Framework",
            on_event_handler=self.on_event,
            is_complete_handler=self.is_complete,
            query_interval=Duration.seconds(15),
            total_timeout=_TOTAL_TIMEOUT,
            log_group=logs.LogGroup(
                self,
                "FrameworkLogs",
                retention=logs.RetentionDays.THREE_MONTHS,
                removal_policy=RemovalPolicy.DESTROY,
            ),
        )
        _acknowledge_framework(provider, self.functions)
        self.service_token = provider.service_token

    @classmethod
    def of(cls, scope: IConstruct) -> Self:
        """The provider of the stack that the construct is in; made when first asked for."""
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(cls.ID)
        return existing if isinstance(existing, cls) else cls(stack, cls.ID)

    @property
    def functions(self) -> list[MonitoringFunction]:
        """Both functions: each step may run in either."""
        return [self.on_event, self.is_complete]

    def _function(self, id: str, handler: str, description: str) -> MonitoringFunction:
        return MonitoringFunction(
            self,
            id,
            handler=f"{self.PACKAGE}.handler.{handler}",
            description=description,
            timeout=Duration.minutes(5),
            memory=self.MEMORY,
        )


def _acknowledge_framework(provider: Provider, functions: Sequence[lambda_.IFunction]) -> None:
    steps = [provider.node.find_child(f"framework-{step}") for step in ("isComplete", "onTimeout")]
    invoked = [*functions, *(step for step in steps if isinstance(step, lambda_.Function))]
    acknowledge(provider, BASIC_EXECUTION, "CDK's provider framework gives its functions this policy to write logs.")
    acknowledge_wildcards_at(
        provider,
        [f"{function.function_arn}:*" for function in invoked],
        "CDK's provider framework may invoke every version of these functions.",
    )
    reason = (
        "The state machine of CDK's provider framework only waits; its execution history has every step for 90 days."
    )
    acknowledge(provider, "AwsSolutions-SF1", reason)
    acknowledge(provider, "AwsSolutions-SF2", reason)
