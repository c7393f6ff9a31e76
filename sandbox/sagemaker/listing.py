"""Filters, order and pages of the List operations."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import ListShape, StructureShape

from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.state import Document
from sandbox.sagemaker.validation import members_of, output_shape

DEFAULT_PAGE_SIZE = 10
"""MaxResults of SageMaker's List calls when the caller does not say."""


def page(
    operation: str,
    documents: Iterable[Document],
    request: Mapping[str, Any],
    *,
    name: str | None = None,
    default_order: str = "Descending",
) -> dict[str, Any]:
    """One page of a list; botocore's model says what the list is called and what its entries hold.

    Args:
        operation: The List operation.
        documents: All there is, oldest first.
        request: The List request: its filters, SortBy, SortOrder, MaxResults and NextToken are obeyed.
        name: The member that ``NameContains`` looks into. Default: the first one of an entry that is a name.
        default_order: ``Ascending`` or ``Descending`` when the request has no SortOrder.

    Raises:
        AwsError: The NextToken is not one that this list gave out.
    """
    result, entry = _list_of(operation)
    name = name or _first(entry, "Name")
    status = _first(entry, "Status")
    equal = _equal(request, entry, status)
    summaries = [members_of(entry, document) for document in documents]
    found = [summary for summary in summaries if _matches(summary, request, name, equal)]
    sort_by = request.get("SortBy", "CreationTime")
    member = {"Name": name, "Status": status}.get(sort_by, sort_by)
    found.sort(key=lambda summary: summary.get(member, ""))
    if request.get("SortOrder", default_order) == "Descending":
        found.reverse()
    start = _offset(request.get("NextToken"))
    end = start + request.get("MaxResults", DEFAULT_PAGE_SIZE)
    answer: dict[str, Any] = {result: found[start:end]}
    if end < len(found):
        answer["NextToken"] = base64.urlsafe_b64encode(json.dumps({"offset": end}).encode()).decode()
    return answer


def _list_of(operation: str) -> tuple[str, StructureShape]:
    """The member of an answer that holds the list, and the shape of the list's entries."""
    members = output_shape(operation).members.items()
    name, entry = next((name, shape.member) for name, shape in members if isinstance(shape, ListShape))
    assert isinstance(entry, StructureShape)
    return name, entry


def _first(entry: StructureShape, ending: str) -> str:
    return next((name for name in entry.members if name.endswith(ending)), ending)


def _equal(request: Mapping[str, Any], entry: StructureShape, status: str) -> Document:
    """What a request wants members of entries to be: ``StatusEquals``, ``EndpointName`` and the like."""
    wanted = {
        status if name == "StatusEquals" else name.removesuffix("Equals"): value for name, value in request.items()
    }
    return {name: value for name, value in wanted.items() if name in entry.members}


def _matches(summary: Document, request: Mapping[str, Any], name: str, equal: Document) -> bool:
    if request.get("NameContains", "").lower() not in summary.get(name, "").lower():
        return False
    if any(summary.get(member) != value for member, value in equal.items()):
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
