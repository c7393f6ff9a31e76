"""Filters, order and pages of the List operations."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.state import Document

DEFAULT_PAGE_SIZE = 10
"""MaxResults of SageMaker's List calls when the caller does not say."""

Key = Callable[[Document], Any]


def page(
    summaries: Iterable[Document],
    request: Mapping[str, Any],
    *,
    result: str,
    name: str | None = None,
    equal: Mapping[str, str] | None = None,
    sort_keys: Mapping[str, str],
    default_order: str = "Descending",
) -> dict[str, Any]:
    """One page of a list.

    Args:
        summaries: All there is, oldest first.
        request: The List request: its filters, SortBy, SortOrder, MaxResults and NextToken are obeyed.
        result: The member of the answer that holds the list.
        name: The summary member that ``NameContains`` looks into.
        equal: Request member to the summary member that must have its value.
        sort_keys: SortBy value to summary member; the first one is the default.
        default_order: ``Ascending`` or ``Descending`` when the request has no SortOrder.

    Raises:
        AwsError: The NextToken is not one that this list gave out.
    """
    found = [summary for summary in summaries if _matches(summary, request, name, equal or {})]
    member = sort_keys[request.get("SortBy", next(iter(sort_keys)))]
    found.sort(key=lambda summary: summary.get(member, ""))
    if request.get("SortOrder", default_order) == "Descending":
        found.reverse()
    start = _offset(request.get("NextToken"))
    end = start + request.get("MaxResults", DEFAULT_PAGE_SIZE)
    answer: dict[str, Any] = {result: found[start:end]}
    if end < len(found):
        answer["NextToken"] = base64.urlsafe_b64encode(json.dumps({"offset": end}).encode()).decode()
    return answer


def _matches(summary: Document, request: Mapping[str, Any], name: str | None, equal: Mapping[str, str]) -> bool:
    if name and request.get("NameContains", "").lower() not in summary[name].lower():
        return False
    if any(member in request and summary.get(own) != request[member] for member, own in equal.items()):
        return False
    return all(_within(summary, request, member) for member in ("CreationTime", "LastModifiedTime", "ScheduledTime"))


def _within(summary: Document, request: Mapping[str, Any], member: str) -> bool:
    after, before = request.get(f"{member}After"), request.get(f"{member}Before")
    if after is None and before is None:
        return True
    moment = summary[member]
    return (after is None or moment > after) and (before is None or moment < before)


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        offset = json.loads(base64.urlsafe_b64decode(token))["offset"]
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(f"Invalid NextToken: {token}") from error
    if not isinstance(offset, int) or offset < 0:
        raise refuse(f"Invalid NextToken: {token}")
    return offset
