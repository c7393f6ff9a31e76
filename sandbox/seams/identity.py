"""Credentials of roles, and the permission to pass one to SageMaker."""

import os
import secrets
from collections.abc import Mapping

from sandbox.errors import AwsError
from sandbox.platform import policy
from sandbox.seams.context import account_id, region
from sandbox.seams.names import Name, get

_SAGEMAKER = "sagemaker.amazonaws.com"


def root_credentials() -> dict[str, str]:
    """boto3 arguments of the account's administrator."""
    return {
        "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
    }


def role_credentials(role_arn: str, session_name: str) -> dict[str, str]:
    """boto3 arguments of a session of a role, as a job's container gets them; its policies are enforced.

    With IAM off they are the administrator's.
    """
    if not get(Name.AUTH):
        return root_credentials()
    role_name = role_arn.rsplit("/", 1)[-1]
    account = role_arn.split(":")[4]
    access_key = "ASIA" + secrets.token_hex(8).upper()
    secret, token = secrets.token_hex(32), secrets.token_hex(32)
    get(Name.REGISTER_SESSION)(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}",
            "UserId": f"{role_name}:{session_name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return {"aws_access_key_id": access_key, "aws_secret_access_key": secret, "aws_session_token": token}


def require_pass_role(headers: Mapping[str, str], role_arn: str) -> None:
    """Check what AWS checks when a request hands SageMaker a role: the caller may pass it, SageMaker may assume it.

    Without an Authorization header (CloudFormation's own calls) only the role is checked.
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html

    Raises:
        AwsError: AccessDeniedException for the caller, ValidationException for the role.
    """
    if not get(Name.AUTH):
        return
    require_permission_to_pass(headers, role_arn, _SAGEMAKER)
    if not can_be_assumed_by(role_arn, _SAGEMAKER):
        raise AwsError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'{_SAGEMAKER}' to assume the role.",
        )


def can_be_assumed_by(role_arn: str, service: str) -> bool:
    """Whether a role exists and its trust policy names the service."""
    role = get(Name.ROLES).get(role_arn.rsplit("/", 1)[-1])
    trust = role and role["AssumeRolePolicyDocument"]
    return policy.allows_service(trust, service, "sts:AssumeRole", context={"aws:SourceAccount": account_id()})


def require_permission_to_pass(headers: Mapping[str, str], role_arn: str, service: str) -> None:
    """Check that the signer of a request may pass a role to a service; unsigned requests are ours and may.

    Raises:
        AwsError: AccessDeniedException, in AWS's words.
    """
    if not get(Name.AUTH) or not headers.get("authorization"):
        return
    denied = get(Name.ENFORCE)(
        get(Name.ACCESS_KEY_OF)(dict(headers), {}),
        "iam:PassRole",
        "iam",
        region(),
        resource_arn=role_arn,
        service_context={"iam:passedtoservice": service},
    )
    if denied is None:
        return
    if isinstance(denied, get(Name.AUTH_ERROR)):
        raise AwsError(denied.code, denied.message, 403)
    raise AwsError(
        "AccessDeniedException",
        f"User: {denied.principal_arn} is not authorized to perform: iam:PassRole on resource: {role_arn} because no "
        "identity-based policy allows the iam:PassRole action",
    )
