"""Existing resources that the file names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from aws_cdk import (
    Stack,
    Token,
    aws_iam as iam,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_sns as sns,
    aws_sqs as sqs,
    aws_stepfunctions as sfn,
)
from constructs import Construct

from model_monitor import ConfigurationError, S3Location
from model_monitor.errors import Shown
from stacks.configuration.values import Location

# https://docs.aws.amazon.com/general/latest/gr/rande.html
_PARTITIONS = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}


class Imports:
    """Make existing resources of what the file names. Each is imported once, however often it is named.

    Attributes:
        at: Names the part of the file that a block is about.
    """

    def __init__(self, stack: Stack, at: Callable[..., AbstractContextManager[None]]) -> None:
        self.at = at
        self._scope = Construct(stack, "Imports")
        self._region = None if Token.is_unresolved(stack.region) else stack.region
        self._keys: dict[str, kms.IKey] = {}
        self._roles: dict[str, iam.IRole] = {}
        self._networks = 0

    def key(self, arn: str) -> kms.IKey:
        """Return a KMS key."""
        self._require_reachable(arn, "key", "encrypt with a key of the stack's own region")
        if arn not in self._keys:
            self._keys[arn] = kms.Key.from_key_arn(self._scope, arn, arn)
        return self._keys[arn]

    def role(self, arn: str) -> iam.IRole:
        """Return a role."""
        self._require_reachable(arn, "role", "choose a role of the stack's own account")
        if arn not in self._roles:
            self._roles[arn] = iam.Role.from_role_arn(self._scope, arn, arn)
        return self._roles[arn]

    def topic(self, arn: str) -> sns.ITopic:
        """Return a topic."""
        self._require_reachable(arn, "topic", "choose a topic of the stack's own region, since alarms reach no other")
        return sns.Topic.from_topic_arn(self._scope, arn, arn)

    def queue(self, arn: str) -> sqs.IQueue:
        """Return a queue."""
        self._require_reachable(arn, "queue", "choose a queue of the same partition", any_region=True)
        return sqs.Queue.from_queue_arn(self._scope, arn, arn)

    def state_machine(self, arn: str) -> sfn.IStateMachine:
        """Return a state machine."""
        self._require_reachable(arn, "state machine", "choose a state machine of the stack's own region")
        return sfn.StateMachine.from_state_machine_arn(self._scope, arn, arn)

    def function(self, arn: str) -> lambda_.IFunction:
        """Return a function, which the stack may allow others to call."""
        self._require_reachable(arn, "function", "choose a function of the stack's own region")
        return lambda_.Function.from_function_attributes(self._scope, arn, function_arn=arn, same_environment=True)

    def location(self, location: Location) -> S3Location:
        """Return a place in S3, with its key."""
        if isinstance(location, str):
            return S3Location.from_uri(location)
        with self.at("encryption_key"):
            key = self.key(location.encryption_key) if location.encryption_key else None
        return S3Location.from_uri(location.location, encryption_key=key)

    def network_scope(self) -> Construct:
        """Return where the parts of one more network are imported."""
        self._networks += 1
        return Construct(self._scope, f"Network{self._networks}")

    def _require_reachable(self, arn: str, what: str, fix: str, *, any_region: bool = False) -> None:
        """Check that a resource is where the stack is deployed, if the file says where that is.

        Raises:
            ConfigurationError: It is in another region or partition.
        """
        _, partition, _, region, *_ = arn.split(":")
        if self._region is None:
            return
        if partition != _partition(self._region) or (not any_region and region not in ("", self._region)):
            raise ConfigurationError(
                got=(f"a {what} in {region or partition}: ", Shown(arn)),
                expected=f"one in {self._region}, where the stack is deployed",
                fix=fix,
            )


def _partition(region: str) -> str:
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")
