"""Credentials of roles, and the permission to pass one to SageMaker."""

import os
import secrets
from collections.abc import Mapping
from typing import Any

from sandbox.errors import AwsError
from sandbox.platform import policy
from sandbox.platform.iam import journal
from sandbox.seams.context import account_id, region
from sandbox.seams.names import Name, get

_SAGEMAKER = "sagemaker.amazonaws.com"
_PARTS_OF_AN_ARN = 6
_OF_A_SERVICE = "SandboxServiceSession"
"""Mark of the sessions that services make for their jobs."""


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
            _OF_A_SERVICE: True,
        },
    )
    return {"aws_access_key_id": access_key, "aws_secret_access_key": secret, "aws_session_token": token}


def is_service_session(access_key_id: str) -> bool:
    """Whether a key belongs to a session that a service made for one of its jobs."""
    return _OF_A_SERVICE in (get(Name.SESSIONS).get(access_key_id) or {})


def find_role(role_arn: str) -> dict[str, Any] | None:
    """The role with exactly this ARN, path included."""
    parts = role_arn.split(":")
    if len(parts) < _PARTS_OF_AN_ARN:
        return None
    role: dict[str, Any] | None = get(Name.ROLES).get_scoped(parts[4], None, role_arn.rsplit("/", 1)[-1])
    return role if role is not None and role["Arn"] == role_arn else None


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
    # CloudFormation waits for the roles that it makes, so its own calls never come too early.
    if not can_be_assumed_by(role_arn, _SAGEMAKER, at_once=not headers.get("authorization")):
        raise AwsError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'{_SAGEMAKER}' to assume the role.",
        )


def can_be_assumed_by(role_arn: str, service: str, *, at_once: bool = False) -> bool:
    """Whether a role exists and its trust policy names the service.

    Args:
        role_arn: The role.
        service: The service's principal.
        at_once: Count a change of the role that the service does not know yet.
    """
    role = find_role(role_arn)
    if role is None:
        return False
    trust = role["AssumeRolePolicyDocument"]
    if not at_once:
        trust = journal.in_force(("trust", role_arn.split(":")[4], role["RoleName"]), trust)
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
