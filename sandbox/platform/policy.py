"""Decides whether a resource's policy lets an AWS service act on it: key, topic, queue and trust policies."""

from collections.abc import Mapping
from typing import Any

from sandbox.seams.names import Name, get

Policy = str | Mapping[str, Any]


def allows_service(
    policy: Policy | None,
    service: str,
    action: str,
    resource: str = "*",
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether a service principal may do ``action`` on ``resource``. An explicit Deny wins over every Allow.

    Args:
        policy: The policy document, as text or parsed; None and "" allow nothing.
        service: The principal, e.g. ``cloudwatch.amazonaws.com``.
        action: e.g. ``kms:Decrypt``.
        resource: The resource's ARN; statements of key and trust policies name ``*`` or nothing.
        context: Condition keys of the request, e.g. ``{"aws:SourceAccount": "111122223333"}``.

    Example:
        >>> statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "kms:*"}
        >>> allows_service({"Statement": [statement]}, "sns.amazonaws.com", "kms:Decrypt")
        True
    """
    # A caller without an ARN is none that the policy names under AWS, but for "*".
    request = get(Name.POLICY_CONTEXT)(
        principal_arn=service,
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region="",
        secure_transport=True,
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )
    return bool(get(Name.RESOURCE_POLICY)(policy, request, service=service).decision == "Allow")
