"""S3's use of KMS: the AWS managed key where none is named, and the caller's permission on the key."""

from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, Response, account_id, get, region, replace

_ENCRYPTION = "x-amz-server-side-encryption"
_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_OK = 200

Resolved = tuple[dict[str, str] | None, Response | None]


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.RESOLVE_ENCRYPTION, _resolving)
    handlers = get(Name.SERVICE_HANDLERS)
    handlers["s3"] = _checking_reads(handlers["s3"])


def _resolving(original: Callable[..., Resolved]) -> Callable[..., Resolved]:
    """Writes: AWS uses ``aws/s3`` when no key is named, and asks for kms:GenerateDataKey on any other key."""

    def resolve(headers: dict[str, str], bucket_name: str) -> Resolved:
        if headers.get(_ENCRYPTION) == "aws:kms" and not headers.get(_KEY):
            headers = headers | {_KEY: _managed_key()}
        resolved, error = original(headers, bucket_name)
        if error is None and resolved and resolved.get(_ENCRYPTION) == "aws:kms":
            resolved.setdefault(_KEY, _managed_key())
            error = _refusal(headers, resolved[_KEY], "kms:GenerateDataKey")
        return (resolved, None) if error is None else (None, error)

    return resolve


def _checking_reads(original: Callable[..., Any]) -> Callable[..., Any]:
    """Reads of an object: AWS asks for kms:Decrypt on its key."""

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any, **options: Any
    ) -> Any:
        answer = await original(method, path, headers, body, query_params, **options)
        key = answer[1].get(_KEY) if method == "GET" and answer[0] < _OK + 100 else None
        return (key and _refusal(headers, key, "kms:Decrypt")) or answer

    return handle


def _refusal(headers: dict[str, str], key: str, action: str) -> Response | None:
    if not get(Name.AUTH) or "alias/aws/" in key:
        return None
    arn = (get(Name.KEY)(key) or {}).get("Arn", key)
    denied = get(Name.ENFORCE)(
        get(Name.ACCESS_KEY_OF)(headers, {}),
        action,
        "kms",
        region(),
        resource_arn=arn,
        service_context={"kms:viaservice": f"s3.{region()}.amazonaws.com", "kms:calleraccount": account_id()},
    )
    if denied is None:
        return None
    caller = getattr(denied, "principal_arn", "") or "the caller"
    message = (
        f"User: {caller} is not authorized to perform: {action} on resource: {arn} because no identity-based policy "
        f"allows the {action} action"
    )
    error: Response = get(Name.S3_ERROR)("AccessDenied", message, 403)
    return error


def _managed_key() -> str:
    return f"arn:aws:kms:{region()}:{account_id()}:alias/aws/s3"
