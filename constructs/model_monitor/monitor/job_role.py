"""What the role of every job is allowed, beside the data that it reads and writes."""

from __future__ import annotations

from model_monitor.alarms import metrics
from model_monitor.internal.permissions import Statement
from model_monitor.internal.stacks import KnownStack


def job_statements(stack: KnownStack, *, in_vpc: bool) -> list[Statement]:
    """Statements for logs, metrics and, in a VPC, network interfaces.

    Args:
        stack: Where the jobs run.
        in_vpc: Whether they run in a VPC.
    """
    return [*_log_statements(stack), _metric_statement(), *([_vpc_statement()] if in_vpc else [])]


def _log_statements(stack: KnownStack) -> list[Statement]:
    group = "/aws/sagemaker/ProcessingJobs"
    return [
        Statement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[
                f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{group}",
                f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{group}:*",
            ],
        )
    ]


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
