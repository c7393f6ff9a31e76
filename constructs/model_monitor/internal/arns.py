"""ARNs, asked for once; each time is a message to the CDK's process."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from aws_cdk import aws_iam as iam, aws_kms as kms, aws_sns as sns

_ARNS: WeakKeyDictionary[object, str] = WeakKeyDictionary()


def key_arn(key: kms.IKey) -> str:
    """Return the ARN of a key."""
    return _ARNS.get(key) or _ARNS.setdefault(key, key.key_arn)


def role_arn(role: iam.IRole) -> str:
    """Return the ARN of a role."""
    return _ARNS.get(role) or _ARNS.setdefault(role, role.role_arn)


def topic_arn(topic: sns.ITopic) -> str:
    """Return the ARN of a topic."""
    return _ARNS.get(topic) or _ARNS.setdefault(topic, topic.topic_arn)
