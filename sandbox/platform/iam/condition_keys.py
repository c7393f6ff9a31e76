"""Condition keys that narrow actions without resources of their own; MiniStack hands over tags only.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.seams import Name, replace

_ENTRY_KEYS = {"events:source": "Source", "events:detail-type": "DetailType"}

ConditionKeys = Callable[[str, str, bytes, dict[str, Any]], dict[str, Any]]


def install() -> None:
    """Hand them to the evaluation of policies."""

    def with_more(original: ConditionKeys) -> ConditionKeys:
        def condition_keys(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
            keys = original(service, iam_action, body, params)
            read = _READERS.get(iam_action)
            return keys if read is None else {**keys, **read(body, params)}

        return condition_keys

    replace(Name.CONDITION_KEYS, with_more)


def of_metrics(body: bytes, params: Mapping[str, Any]) -> dict[str, Any]:
    """The namespace of a PutMetricData request of the query or the JSON protocol."""
    if "Namespace" in params:
        value = params["Namespace"]
        return {"cloudwatch:namespace": str(value[0] if isinstance(value, list) else value)}
    document = _document(body)
    return {"cloudwatch:namespace": str(document["Namespace"])} if "Namespace" in document else {}


def of_events(body: bytes, _params: Mapping[str, Any]) -> dict[str, Any]:
    """Sources and detail types of a PutEvents request.

    Entries that differ give a list, which only conditions on sets of values accept.
    """
    entries = [entry for entry in _document(body).get("Entries") or [] if isinstance(entry, dict)]
    keys: dict[str, Any] = {}
    for key, member in _ENTRY_KEYS.items():
        values = sorted({str(entry[member]) for entry in entries if member in entry})
        if values:
            keys[key] = values[0] if len(values) == 1 else values
    return keys


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


_READERS: dict[str, Callable[[bytes, Mapping[str, Any]], dict[str, Any]]] = {
    "cloudwatch:PutMetricData": of_metrics,
    "events:PutEvents": of_events,
}
