"""The function behind every custom resource of a stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from aws_cdk import CustomResource, Duration, Names, RemovalPolicy, aws_iam as iam, aws_logs as logs
from aws_cdk.custom_resources import Provider
from constructs import Construct, IConstruct

from model_monitor.internal.access import AccessRole, assume_statement
from model_monitor.internal.amounts import gibibytes, minutes
from model_monitor.internal.arns import role_arn
from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.nag import acknowledge, acknowledge_wildcards_at
from model_monitor.internal.permissions import allow
from model_monitor.internal.principals import service_principal
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.unchecked import make

_ID = "ModelMonitorDeployment"
# CloudFormation gives up after an hour by itself, without a reason. Our own limit comes first, by the clock; the
# framework's counts its attempts and not their time, so it has to lie beyond both.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
_SERVICE_TIMEOUT = Duration.minutes(57)
_FRAMEWORK_TIMEOUT = Duration.hours(2)
_QUERY_INTERVAL = Duration.seconds(15)


class Deployment(Construct):
    """Run baselines, guard schedules and turn data capture on while a stack is deployed. One per stack.

    One function serves CDK's provider framework as `onEvent` and as `isComplete`. It may do nothing of itself: every
    resource names the role that the function assumes for it.

    Attributes:
        function: The function.
        access_path: IAM path of the roles that it may assume.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        """Make the function. Use `of`."""
        super().__init__(scope, id)
        stack_of(self, parent=scope)
        self.access_path = f"/model-monitoring/{Names.unique_resource_name(self, max_length=63, separator='-')}/"
        self.function = MonitoringFunction(
            self,
            "Function",
            handler="deployment.handler.handler",
            description="Custom resources of model monitors: baselines, schedules, data capture",
            timeout=minutes(5),
            # statistics.json has about 0.1 MB for every numerical feature, and is held in memory as a whole.
            memory=gibibytes(1),
        )
        statement = assume_statement(self, self.access_path)
        allow(self.function.role, [statement], "Each model has an access role of its own.")
        self._service_token = self._make_framework().service_token

    @classmethod
    def of(cls, scope: IConstruct) -> Self:
        """Return the deployment function of the stack that the construct is in; it is made when first asked for."""
        stack = stack_of(scope).stack
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, cls) else cls(stack, _ID)

    @property
    def function_role_arn(self) -> str:
        """ARN of the function's role."""
        return role_arn(self.function.role)

    def id_of(self, scope: Construct, id: str) -> str:
        """Return the construct id of something that goes with this function.

        A monitor that is moved to the services of another stack gets new custom resources, since CloudFormation refuses
        an update that changes the service token; and a new access role, since the old ones are deleted under the old
        role after that.

        Args:
            scope: Where it is made.
            id: Its id in the stack of the function.
        """
        return id if stack_of(self) is stack_of(scope) else f"{id}OfSharedServices"

    def resource(
        self,
        scope: Construct,
        id: str,
        *,
        type: str,
        access: AccessRole,
        properties: dict[str, object],
        after: Sequence[IConstruct] = (),
    ) -> CustomResource:
        """Make a custom resource that this function answers for.

        Args:
            scope: Parent.
            id: Construct id.
            type: Its type, by which the function knows what to do.
            access: The role that the function assumes for it.
            properties: Its properties. CloudFormation turns numbers and truth values into texts.
            after: What must exist before, and be deleted after.
        """
        resource = CustomResource(
            scope,
            self.id_of(scope, id),
            service_token=self._service_token,
            service_timeout=_SERVICE_TIMEOUT,
            resource_type=type,
            pascal_case_properties=False,
            properties={**properties, "AccessRoleArn": role_arn(access)},
        )
        # Without this the function could be called before it has its permissions, or when it has lost them.
        resource.node.add_dependency(access, *after)
        return resource

    def _make_framework(self) -> Provider:
        log_group = logs.LogGroup(
            self, "FrameworkLogs", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=RemovalPolicy.DESTROY
        )
        options = {
            "onEventHandler": self.function,
            "isCompleteHandler": self.function,
            "queryInterval": _QUERY_INTERVAL,
            "totalTimeout": _FRAMEWORK_TIMEOUT,
            "logGroup": log_group,
            # Not one role for all: the first function starts the state machine that calls the others.
            "frameworkOnEventRole": self._framework_role("StartRole", log_group),
            "frameworkCompleteAndTimeoutRole": self._framework_role("WaitRole", log_group),
        }
        provider = make(Provider, self, "Framework", options)
        stack_of(provider, parent=self)
        _acknowledge_framework(self, provider)
        return provider

    def _framework_role(self, id: str, log_group: logs.LogGroup) -> iam.Role:
        role = iam.Role(
            self,
            id,
            assumed_by=service_principal("lambda.amazonaws.com"),
            description="CDK's provider framework calls the deployment function of model monitors",
        )
        stack_of(role, parent=self)
        log_group.grant_write(role)
        return role


def _acknowledge_framework(deployment: Deployment, provider: Provider) -> None:
    def versions() -> list[str]:
        steps = [provider.node.find_child(f"framework-{step}") for step in ("isComplete", "onTimeout")]
        functions = [deployment.function, *(step for step in steps if hasattr(step, "function_arn"))]
        return [f"{function.function_arn}:*" for function in functions]

    acknowledge_wildcards_at(
        deployment, versions, "CDK's provider framework may invoke every version of these functions."
    )
    reason = (
        "The state machine of CDK's provider framework only waits; its execution history has every step for 90 days."
    )
    acknowledge(provider, "AwsSolutions-SF1", reason)
    acknowledge(provider, "AwsSolutions-SF2", reason)
