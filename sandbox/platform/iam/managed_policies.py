"""AWS-managed policies that those attach who work with Model Monitor, as far as they are about services in the sandbox.

MiniStack brings some of its own (`AmazonS3FullAccess`, `service-role/AWSLambdaBasicExecutionRole`, ...); an ARN that
nobody brings does not exist, as on AWS.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

import json
from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, extend_resource_type, get, replace

_PREFIX = "arn:aws:iam::aws:policy/"
_ATTACHING = ("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy")
Statement = dict[str, Any]


def install() -> None:
    """Add them, and refuse to attach what does not exist. Called once, before the server starts."""
    replace(Name.SEED_AWS_MANAGED_POLICIES, _with_ours)
    _add()
    for action in _ATTACHING:
        get(Name.IAM_HANDLERS)[action] = _refusing_unknown(get(Name.IAM_HANDLERS)[action])
    extend_resource_type("AWS::IAM::Role", before=_require_known)


def _with_ours(original: Callable[[], None]) -> Callable[[], None]:
    """Seeding also follows a reset, which forgets them all."""

    def seed() -> None:
        original()
        _add()

    return seed


def _add() -> None:
    known, make = get(Name.AWS_MANAGED_POLICIES), get(Name.AWS_MANAGED_POLICY)
    for name, (description, statements) in _POLICIES.items():
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        known[_PREFIX + name] = make(name, document, description)


def _refusing_unknown(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html."""

    def attach(parameters: Any) -> Any:
        arn = parameters.get("PolicyArn", "")
        arn = arn[0] if isinstance(arn, list) else arn
        if not get(Name.POLICY_KNOWN)(arn):
            return get(Name.IAM_ERROR)(404, "NoSuchEntity", _unknown(arn))
        return original(parameters)

    return attach


def _require_known(role: dict[str, Any]) -> None:
    """Fail a stack's role that names a policy which does not exist."""
    # MiniStack makes a list of one empty text of an empty parameter, as in the template of `cdk bootstrap`.
    for arn in filter(None, role.get("ManagedPolicyArns") or []):
        if not get(Name.POLICY_KNOWN)(arn):
            raise ValueError(f"{_unknown(arn)} (Service: Iam, Status Code: 404)")


def _unknown(arn: str) -> str:
    return f"Policy {arn} does not exist or is not attachable."


def _allow(*actions: str, resource: str | list[str] = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def _named_sagemaker(arn: str) -> list[str]:
    """What is about SageMaker by its name: these policies reach nothing else."""
    return [arn.replace("NAME", name) for name in ("*SageMaker*", "*Sagemaker*", "*sagemaker*")]


def _passing_roles_to(service: str, roles: str = "arn:aws:iam::*:role/*") -> Statement:
    return _allow("iam:PassRole", resource=roles, Condition={"StringEquals": {"iam:PassedToService": service}})


_STUDIO = (
    "domain",
    "user-profile",
    "app",
    "space",
    "partner-app",
    "flow-definition",
    "training-plan",
    "reserved-capacity",
)

# Version 29 of 2026-02-12.
_SAGEMAKER_FULL_ACCESS = [
    {
        "Sid": "AllowAllNonAdminSageMakerActions",
        "Effect": "Allow",
        "Action": ["sagemaker:*"],
        "NotResource": [f"arn:aws:sagemaker:*:*:{kind}/*" for kind in _STUDIO],
    },
    _allow(
        "cloudformation:GetTemplateSummary",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:PutMetricData",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CreateRepository",
        "ecr:Describe*",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "ecr:StartImageScan",
        "iam:ListRoles",
        "kms:DescribeKey",
        "kms:ListAliases",
        "lambda:ListFunctions",
        "logs:CreateLogDelivery",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DeleteLogDelivery",
        "logs:Describe*",
        "logs:GetLogDelivery",
        "logs:GetLogEvents",
        "logs:ListLogDeliveries",
        "logs:PutLogEvents",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "secretsmanager:ListSecrets",
        "sns:ListTopics",
        "tag:GetResources",
        Sid="AllowAWSServiceActions",
    ),
    _allow(
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:StartExecution",
        "states:StopExecution",
        "states:UpdateStateMachine",
        resource=["arn:aws:states:*:*:statemachine:*sagemaker*", "arn:aws:states:*:*:execution:*sagemaker*:*"],
        Sid="AllowStepFunctionsActions",
    ),
    _allow(
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        resource=[*_named_sagemaker("arn:aws:s3:::NAME"), "arn:aws:s3:::*aws-glue*"],
        Sid="AllowS3ObjectActions",
    ),
    _allow(
        "s3:GetObject",
        resource="arn:aws:s3:::*",
        Condition={"StringEqualsIgnoreCase": {"s3:ExistingObjectTag/SageMaker": "true"}},
        Sid="AllowS3GetObjectWithSageMakerExistingObjectTag",
    ),
    _allow(
        "s3:CreateBucket",
        "s3:GetBucketLocation",
        "s3:ListBucket",
        "s3:ListAllMyBuckets",
        "s3:GetBucketCors",
        "s3:PutBucketCors",
        Sid="AllowS3BucketActions",
    ),
    _allow(
        "s3:GetBucketAcl", "s3:PutObjectAcl", resource=_named_sagemaker("arn:aws:s3:::NAME"), Sid="AllowS3BucketACL"
    ),
    _allow(
        "lambda:InvokeFunction",
        resource=[
            *_named_sagemaker("arn:aws:lambda:*:*:function:NAME"),
            "arn:aws:lambda:*:*:function:*LabelingFunction*",
        ],
        Sid="AllowLambdaInvokeFunction",
    ),
    _allow(
        "sns:Subscribe",
        "sns:CreateTopic",
        "sns:Publish",
        resource=_named_sagemaker("arn:aws:sns:*:*:NAME"),
        Sid="AllowSNSActions",
    ),
    _passing_roles_to("states.amazonaws.com", "arn:aws:iam::*:role/*AmazonSageMaker*"),
    _passing_roles_to("sagemaker.amazonaws.com"),
]

_IAM_READS = ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole")

_POLICIES: dict[str, tuple[str, list[Statement]]] = {
    "AmazonSageMakerFullAccess": (
        "Provides full access to Amazon SageMaker via the AWS Management Console and SDK. Also provides select access "
        "to related services (e.g., S3, ECR, CloudWatch Logs).",
        _SAGEMAKER_FULL_ACCESS,
    ),
    # Version 11 of 2021-12-01.
    "AmazonSageMakerReadOnly": (
        "Provides read only access to Amazon SageMaker via the AWS Management Console and SDK.",
        [
            _allow(
                "sagemaker:Describe*",
                "sagemaker:List*",
                "sagemaker:BatchGetMetrics",
                "sagemaker:GetSearchSuggestions",
                "sagemaker:Search",
                "sagemaker:BatchDescribeModelPackage",
                "sagemaker:GetModelPackageGroupPolicy",
            ),
            _allow("cloudwatch:DescribeAlarms", "ecr:Describe*"),
        ],
    ),
    # Version 4 of 2022-11-27.
    "CloudWatchFullAccess": (
        "Provides full access to CloudWatch.",
        [_allow("cloudwatch:*", "logs:*", "sns:*", *_IAM_READS)],
    ),
    # Version 4 of 2025-10-08.
    "CloudWatchFullAccessV2": (
        "Provides full access to CloudWatch.",
        [
            _allow(
                "cloudwatch:*",
                "logs:*",
                "sns:CreateTopic",
                "sns:ListSubscriptions",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTopics",
                "sns:Subscribe",
                *_IAM_READS,
            )
        ],
    ),
    "CloudWatchReadOnlyAccess": (
        "Provides read only access to CloudWatch.",
        [
            _allow(
                "cloudwatch:Describe*",
                "cloudwatch:Get*",
                "cloudwatch:List*",
                "logs:Get*",
                "logs:List*",
                "logs:StartQuery",
                "logs:StopQuery",
                "logs:Describe*",
                "logs:TestMetricFilter",
                "logs:FilterLogEvents",
                "sns:Get*",
                "sns:List*",
            )
        ],
    ),
    "AmazonEventBridgeFullAccess": (
        "Provides full access to Amazon EventBridge.",
        [_allow("events:*"), _passing_roles_to("events.amazonaws.com")],
    ),
    # Version 5 of 2026-02-11.
    "AWSLambda_FullAccess": (
        "Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.",
        [
            _allow(
                "cloudformation:DescribeStacks",
                "cloudformation:ListStackResources",
                "cloudwatch:ListMetrics",
                "cloudwatch:GetMetricData",
                "kms:DescribeKey",
                "kms:ListAliases",
                *_IAM_READS,
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies",
                "iam:ListRoles",
                "lambda:*",
                "logs:DescribeLogGroups",
                "states:DescribeStateMachine",
                "states:ListStateMachines",
                "tag:GetResources",
            ),
            _passing_roles_to("lambda.amazonaws.com", "*"),
            _allow(
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
                "logs:FilterLogEvents",
                "logs:StartLiveTail",
                "logs:StopLiveTail",
                resource="arn:aws:logs:*:*:log-group:/aws/lambda/*",
            ),
        ],
    ),
}
