"""What to do when AWS cannot be asked."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError as CannotConnectError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from shared import errors

_SIGN_IN = "sign in as you always do (aws sso login, AWS_PROFILE)"
_ADVICE: dict[type[BotoCoreError], str] = {
    NoCredentialsError: _SIGN_IN,
    NoRegionError: "give --region, or set AWS_REGION or a region in your profile",
    ProfileNotFound: "aws configure list-profiles lists those that exist",
    CannotConnectError: "check the network, and that AWS_ENDPOINT_URL is right or unset",
}
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")


def explain(error: BotoCoreError | ClientError) -> str:
    """Return what AWS or boto3 said, and what to do about it."""
    if isinstance(error, ClientError):
        return _explain_answer(error)
    advice = next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), None)
    return f"{str(error).removesuffix('.')}; {advice}" if advice else str(error)


def _explain_answer(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _EXPIRED:
        return f"AWS does not accept the credentials ({error}); {_SIGN_IN}"
    if errors.is_denied(error):
        return f"AWS refused {error.operation_name}: {error}; ask for that permission"
    return str(error)
