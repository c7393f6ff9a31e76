"""``cloudwatch:namespace``: the condition key that narrows PutMetricData, which has no resources.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.seams import Name, replace

_ACTION = "cloudwatch:PutMetricData"
_KEY = "cloudwatch:namespace"

ConditionKeys = Callable[[str, str, bytes, dict[str, Any]], dict[str, Any]]


def install() -> None:
    """Hand the namespace of a request to the evaluation of policies; MiniStack hands over its tags only."""

    def with_namespace(original: ConditionKeys) -> ConditionKeys:
        def condition_keys(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
            keys = original(service, iam_action, body, params)
            namespace = namespace_of(body, params) if iam_action == _ACTION else None
            return keys if namespace is None else {**keys, _KEY: namespace}

        return condition_keys

    replace(Name.CONDITION_KEYS, with_namespace)


def namespace_of(body: bytes, params: Mapping[str, Any]) -> str | None:
    """The namespace of a PutMetricData request of the query or the JSON protocol; None when it has none."""
    if "Namespace" in params:
        value = params["Namespace"]
        return str(value[0] if isinstance(value, list) else value)
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return str(document["Namespace"]) if isinstance(document, dict) and "Namespace" in document else None
