"""The functions behind every baseline of a stack."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Size, Stack, aws_iam as iam, aws_lambda as lambda_, aws_logs as logs
from aws_cdk.custom_resources import Provider
from constructs import Construct, IConstruct

from model_monitor import metrics
from model_monitor.functions import MonitoringFunction
from model_monitor.nag import BASIC_EXECUTION, acknowledge, acknowledge_wildcards, acknowledge_wildcards_at

_ID = "ModelMonitorBaselineProvider"
# CloudFormation gives up after an hour, without a reason; the framework's state machine must be earlier. A baseline job
# has its own, shorter limit.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
_TOTAL_TIMEOUT = Duration.minutes(58)
# statistics.json has about 0.1 MB for every numerical feature, and is held in memory as a whole.
_MEMORY = Size.gibibytes(1)


class BaselineProvider(Construct):
    """Runs baseline jobs for CloudFormation. One a stack, whatever the number of monitors."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Makes the functions. Use `of`."""
        super().__init__(scope, id)
        self.on_event = MonitoringFunction(
            self,
            "OnEvent",
            handler="baseline.handler.on_event",
            description="Starts, skips or stops the baseline job of a SageMaker monitor during a deployment",
            timeout=Duration.minutes(5),
            memory=_MEMORY,
        )
        self.is_complete = MonitoringFunction(
            self,
            "IsComplete",
            handler="baseline.handler.is_complete",
            description="Waits for the baseline job of a SageMaker monitor and writes its effective constraints",
            timeout=Duration.minutes(5),
            memory=_MEMORY,
        )
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
    def of(cls, scope: IConstruct) -> BaselineProvider:
        """The provider of the stack that the construct is in; made when first asked for."""
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, BaselineProvider) else cls(stack, _ID)

    @property
    def functions(self) -> list[MonitoringFunction]:
        """Both functions: each step of a baseline may run in either."""
        return [self.on_event, self.is_complete]

    def grant_metrics(self, function: MonitoringFunction) -> None:
        """Lets a function publish to the monitoring's own namespace; the statement is merged with equal ones."""
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
                conditions={"StringEquals": {"cloudwatch:namespace": metrics.OWN_NAMESPACE}},
            )
        )
        acknowledge_wildcards(function, ["*"], "cloudwatch:PutMetricData has no resources; the namespace limits it.")


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
