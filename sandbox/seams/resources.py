"""Reads of resources that events and messages are delivered to."""

from typing import Any

from sandbox.seams.names import Name, get


def topic_attributes(arn: str) -> dict[str, Any] | None:
    """Attributes of an SNS topic, None when there is no such topic."""
    topic = get(Name.TOPIC)(arn)
    return None if topic is None else dict(topic["attributes"])


def queue_attributes(arn: str) -> dict[str, Any] | None:
    """Attributes of an SQS queue, None when there is no such queue."""
    queue = get(Name.QUEUE)(arn)
    return None if queue is None else dict(queue["attributes"])


def function_policy(arn: str) -> dict[str, Any] | None:
    """Resource policy of a Lambda function, None when there is no such function."""
    found = get(Name.FUNCTION_POLICY)(arn)
    return None if found is None else dict(found[0])


def key_policy(key: str) -> str | None:
    """Policy of a KMS key given by id, ARN or alias; None when there is no such key."""
    found = get(Name.KEY)(key)
    return None if found is None else str(found.get("Policy") or "")
