"""Roles are known by their whole ARN, path included; MiniStack looks at the last part of it only."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.platform.iam import journal
from sandbox.seams import Name, account_id, find_role, get, replace

_ASSUMED_ROLE = ":assumed-role/"


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.PRINCIPAL_MATCHES, _matching_whole_arns)
    replace(Name.CONDITION_VALUE, _telling_the_role)
    replace(Name.TRUST_POLICY, _of_the_role_named)
    replace(Name.TRUST_ERROR, _refusing_unknown_principals)


def _matching_whole_arns(original: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    """A principal that is a role matches sessions of exactly that role; wildcards in it match nothing."""

    def matches(principal: Any, caller_arn: str) -> bool:
        if isinstance(principal, Mapping) and "AWS" in principal:
            known = role_of_session(caller_arn)
            named = [name for name in _as_list(principal["AWS"]) if ":role/" not in name or name == known]
            principal = {**principal, "AWS": named}
        return original(principal, caller_arn)

    return matches


def _telling_the_role(original: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """``aws:PrincipalArn`` of a session is the ARN of its role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """

    def resolve(key: str, ctx: Any) -> Any:
        if key.lower() == "aws:principalarn":
            return role_of_session(ctx.principal_arn) or ctx.principal_arn
        return original(key, ctx)

    return resolve


def _of_the_role_named(original: Callable[..., bool]) -> Callable[..., bool]:
    """Nobody assumes a role by an ARN that it does not have."""

    def evaluate(trust_doc: Any, caller_arn: str, ctx: Any = None) -> bool:
        named = ctx.resource_arn if ctx is not None else "*"
        if named.startswith("arn:") and find_role(named) is None:
            return False
        return original(trust_doc, caller_arn, ctx)

    return evaluate


def _refusing_unknown_principals(original: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """IAM refuses a trust policy that names a role which is not there, or is too young to be known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html
    """

    def error(doc: Any) -> str | None:
        message = original(doc)
        if message is not None or not get(Name.AUTH):
            return message
        for arn in _roles_named(doc):
            role = find_role(arn)
            key = ("trust", account_id(), arn.rsplit("/", 1)[-1])
            if role is None or journal.in_force(key, role["AssumeRolePolicyDocument"]) is None:
                return f'Invalid principal in policy: "AWS":"{arn}"'
        return None

    return error


def role_of_session(caller_arn: str) -> str | None:
    """ARN of the role that a caller has assumed; None for other callers."""
    if _ASSUMED_ROLE not in caller_arn:
        return None
    account, name = caller_arn.split(":")[4], caller_arn.split(_ASSUMED_ROLE)[1].split("/", maxsplit=1)[0]
    role = get(Name.ROLES).get_scoped(account, None, name)
    return None if role is None else str(role["Arn"])


def _roles_named(doc: Any) -> Iterator[str]:
    """The roles of this account among the principals of a trust policy."""
    try:
        document = json.loads(doc) if isinstance(doc, str) else doc
    except ValueError:
        return
    for statement in _as_list((document or {}).get("Statement") or []):
        principal = statement.get("Principal")
        for name in _as_list(principal.get("AWS") or []) if isinstance(principal, Mapping) else []:
            if name.startswith(f"arn:aws:iam::{account_id()}:role/"):
                yield name


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
