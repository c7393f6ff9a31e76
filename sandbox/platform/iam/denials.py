"""IAM as callers meet it: loopback counts as TLS, and a denial names the resource as AWS's does."""

from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, replace

_ASSUME_ROLE = "sts:AssumeRole"


def install() -> None:
    """Install it. Called once, before the server starts."""
    # Without this every bucket policy that demands aws:SecureTransport denies.
    replace(Name.PIN_REQUEST_ORIGIN, lambda original: lambda source_ip, _secure: original(source_ip, True))
    replace(Name.ACCESS_DENIED, _naming_the_resource)


def _naming_the_resource(original: Callable[..., Any]) -> Callable[..., Any]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html."""

    def access_denied(service: str, action: str, principal_arn: str, request_id: str, **options: Any) -> Any:
        # Failures of authentication and denials by the resource's own policy have words of their own.
        if not any(options.get(key) for key in ("message", "error_code", "resource_policy_arn")):
            reason = (
                "with an explicit deny in an identity-based policy"
                if options.get("explicit_deny")
                else f"because no identity-based policy allows the {action} action"
            )
            resource = options.get("resource_arn", "*")
            message = f"User: {principal_arn} is not authorized to perform: {action} on resource: {resource}"
            # STS does not say whether the policy of the caller or that of the role is the reason.
            options["message"] = message if action == _ASSUME_ROLE else f"{message} {reason}"
        return original(service, action, principal_arn, request_id, **options)

    return access_denied
