"""The Lambda functions of the library: one way to make them, so that all are equally narrow."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import (
    Duration,
    RemovalPolicy,
    Size,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_logs as logs,
)
from constructs import Construct

from model_monitor.internal.function_sources import function_sources
from model_monitor.internal.nag import acknowledge

_NOT_PACKAGED = ["**/__pycache__", "**/*.pyc", "*.md", ".mypy_cache", ".ruff_cache"]


class MonitoringFunction(lambda_.Function):
    """A function from the project's shared asset, with its own log group and a role that can do nothing else."""

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
        role = iam.Role(scope, f"{id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        super().__init__(
            scope,
            id,
            # One asset for all functions: it is zipped and uploaded once.
            code=lambda_.Code.from_asset(str(function_sources()), exclude=_NOT_PACKAGED),
            handler=handler,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            description=description,
            environment=dict(environment or {}),
            timeout=timeout or Duration.minutes(2),
            memory_size=int((memory or Size.mebibytes(256)).to_mebibytes()),
            log_group=log_group,
            role=role,
        )
        acknowledge(
            self,
            "AwsSolutions-L1",
            "The runtime is supported until 2029; a newer one is taken when all supported regions have it.",
        )
