"""The role of a monitor's jobs, and what it is allowed beside the data that they read and write."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.internal.permissions import allow, allow_key
from model_monitor.internal.stacks import KnownStack, stack_of
from model_monitor.internal.statements import Statement
from model_monitor.jobs.settings import JobSettings

_WHY_WILDCARDS = (
    "SageMaker names the log streams of jobs; metrics, network interfaces and Describe actions have no resources."
)


def job_role(scope: Construct, given: iam.IRole | None, *, description: str) -> iam.IRole:
    """Return the role of a monitor's jobs.

    Args:
        scope: The monitor.
        given: The user's own. Default: one is made.
        description: Of a role that is made.
    """
    if given is None:
        return _make(scope, description)
    # A role that another stack owns gets its statements in a policy of this one: in its own policy they would refer to
    # this stack's resources, while this stack already refers to the role.
    if isinstance(given, iam.Role) and stack_of(given) is not stack_of(scope):
        return iam.Role.from_role_arn(scope, "Role", given.role_arn)
    return given


def grant_to_jobs(scope: Construct, jobs: JobSettings) -> None:
    """Let jobs use their keys, write logs and metrics and, in a VPC, have network interfaces.

    Args:
        scope: The monitor.
        jobs: How its jobs run.
    """
    for key in (jobs.encryption_key, jobs.compute.volume_key):
        if key is not None:
            allow_key(jobs.role, key, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
    statements = [_log_statement(stack_of(scope)), _metric_statement()]
    if jobs.network.vpc is not None:
        statements.append(_vpc_statement())
    allow(jobs.role, statements, _WHY_WILDCARDS)


def _make(scope: Construct, description: str) -> iam.Role:
    # SageMaker says for whom it assumes the role of a processing job:
    # https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    own_account = {"StringEquals": {"aws:SourceAccount": stack_of(scope).account}}
    principal = iam.ServicePrincipal("sagemaker.amazonaws.com", conditions=own_account)
    role = iam.Role(scope, "Role", assumed_by=principal, description=description)
    stack_of(role, parent=scope)
    return role


def _log_statement(stack: KnownStack) -> Statement:
    group = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:/aws/sagemaker/ProcessingJobs"
    return Statement(
        actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[group, f"{group}:*"],
    )


def _metric_statement() -> Statement:
    return Statement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
        conditions={"StringLike": {"cloudwatch:namespace": list(metrics.SERVICE_NAMESPACE_PATTERNS)}},
    )


def _vpc_statement() -> Statement:
    # https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createprocessingjob-perms
    return Statement(
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
        resources=["*"],  # interfaces do not exist yet, and Describe actions have no resources
    )
