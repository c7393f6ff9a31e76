"""Decides whether a resource's policy lets an AWS service act on it: key, topic, queue and trust policies.

It reads the part of the policy language that such policies use, see
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

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
    known = {key.lower(): value for key, value in (context or {}).items()}
    effects = {
        statement.get("Effect")
        for statement in _statements(policy)
        if _names_service(statement, service)
        and _matches_any(action, statement, "Action", ignore_case=True)
        and _matches_any(resource, statement, "Resource")
        and _conditions_hold(statement.get("Condition") or {}, known)
    }
    return "Allow" in effects and "Deny" not in effects


def _statements(policy: Policy | None) -> list[Mapping[str, Any]]:
    if not policy:
        return []
    document = json.loads(policy) if isinstance(policy, str) else policy
    return _as_list(document.get("Statement"))


def _names_service(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    return service in _as_list(principal.get("Service")) or "*" in _as_list(principal.get("AWS"))


def _matches_any(value: str, statement: Mapping[str, Any], element: str, *, ignore_case: bool = False) -> bool:
    if f"Not{element}" in statement:
        return not _like_any(value, statement[f"Not{element}"], ignore_case=ignore_case)
    # Trust policies have no Resource: they speak of the role that they belong to.
    return element not in statement or _like_any(value, statement[element], ignore_case=ignore_case)


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _condition_holds(operator, context.get(key.lower()), expected)
        for operator, pairs in conditions.items()
        for key, expected in pairs.items()
    )


def _condition_holds(operator: str, actual: str | None, expected: object) -> bool:
    """One condition; an absent key fails it unless the operator is negated or ends in IfExists."""
    if_exists = operator.endswith("IfExists")
    base = operator.removesuffix("IfExists").lower()
    wanted = [_text(value) for value in _as_list(expected)]
    if base == "null":
        return (actual is None) == (wanted == ["true"])
    negated = "not" in base
    if actual is None:
        return if_exists or negated
    base = base.replace("not", "")
    if base in {"stringequals", "bool"}:
        found = actual in wanted
    elif base == "stringequalsignorecase":
        found = actual.lower() in {value.lower() for value in wanted}
    elif base in {"stringlike", "arnlike", "arnequals"}:
        found = _like_any(actual, wanted)
    else:
        # An operator that is not understood must never open a door, whichever way it points.
        return False
    return found != negated


def _like_any(value: str, patterns: object, *, ignore_case: bool = False) -> bool:
    flags = re.IGNORECASE if ignore_case else 0
    return any(re.fullmatch(_regex(str(pattern)), value, flags) for pattern in _as_list(patterns))


def _regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_list(value: object) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return list(value)
    return [value]
