"""The functions behind every baseline of a stack."""

from __future__ import annotations

from aws_cdk import Duration, Stack, aws_iam as iam
from aws_cdk.custom_resources import Provider
from constructs import Construct, IConstruct

from model_monitor import metrics
from model_monitor.functions import MonitoringFunction

_ID = "ModelMonitorBaselineProvider"
# The framework's state machine ends a wait after this; a baseline job has its own, shorter limit.
_TOTAL_TIMEOUT = Duration.hours(2)


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
        )
        self.is_complete = MonitoringFunction(
            self,
            "IsComplete",
            handler="baseline.handler.is_complete",
            description="Waits for the baseline job of a SageMaker monitor and writes its effective constraints",
            timeout=Duration.minutes(5),
        )
        provider = Provider(
            self,
            "Framework",
            on_event_handler=self.on_event,
            is_complete_handler=self.is_complete,
            query_interval=Duration.seconds(15),
            total_timeout=_TOTAL_TIMEOUT,
        )
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
