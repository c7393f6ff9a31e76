"""The Lambda functions of the library: one way to make them, so that all are equally narrow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import aws_cdk as cdk
import jsii
from aws_cdk import Duration, RemovalPolicy, Size, aws_iam as iam, aws_logs as logs
from constructs import Construct

from model_monitor.internal.amounts import mebibytes, mebibytes_of, minutes
from model_monitor.internal.function_sources import function_sources
from model_monitor.internal.nag import acknowledge
from model_monitor.internal.principals import service_principal
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.unchecked import AssetCode, Runtime, arm_64, make

_NOT_PACKAGED = ["**/__pycache__", "**/*.pyc", "*.md", ".mypy_cache", ".ruff_cache"]


@cache
def _runtime() -> Runtime:
    return make(Runtime, "python3.13")


class MonitoringFunction(cdk.Resource):
    """A function from the project's shared asset, with its own log group and a role that can do nothing else.

    To the CDK it is an `aws_lambda.Function`. Its Python class would import half of the CDK: see `unchecked`.

    Attributes:
        role: The role that it has.
    """

    __jsii_type__ = "aws-cdk-lib.aws_lambda.Function"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        handler: str,
        description: str,
        environment: Mapping[str, str] | None = None,
        timeout: Duration | None = None,
        memory: Size | None = None,
    ) -> None:
        """Make the function.

        Args:
            scope: Parent.
            id: Construct id.
            handler: `<package>.handler.<function>` below the source root.
            description: What the function is for, for people who meet it in the console.
            environment: Variables.
            timeout: Default: 2 minutes.
            memory: Default: 256 MiB.
        """
        log_group = logs.LogGroup(
            scope, f"{id}Logs", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=RemovalPolicy.DESTROY
        )
        # No condition on the account: AWS documents none for roles of functions, and a role cannot be passed to a
        # service in another account: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        self.role = iam.Role(scope, f"{id}Role", assumed_by=service_principal("lambda.amazonaws.com"))
        stack_of(self.role, parent=scope)
        log_group.grant_write(self.role)
        options = {
            # One asset for all functions: it is zipped and uploaded once.
            "code": make(AssetCode, str(function_sources()), {"exclude": _NOT_PACKAGED}),
            "handler": handler,
            "runtime": _runtime(),
            "architecture": arm_64(),
            "description": description,
            "environment": dict(environment or {}),
            "timeout": timeout or minutes(2),
            "memorySize": mebibytes_of(memory or mebibytes(256)),
            "logGroup": log_group,
            "role": self.role,
        }
        jsii.create(type(self), self, [scope, id, options])
        stack_of(self, parent=scope)
        acknowledge(
            self,
            "AwsSolutions-L1",
            "The runtime is supported until 2029; a newer one is taken when all supported regions have it.",
        )

    @property
    def function_arn(self) -> str:
        """ARN of the function."""
        arn: str = jsii.get(self, "functionArn")
        return arn

    @property
    def function_name(self) -> str:
        """Name of the function."""
        name: str = jsii.get(self, "functionName")
        return name

    def add_environment(self, name: str, value: str) -> None:
        """Add a variable."""
        jsii.invoke(self, "addEnvironment", [name, value])
