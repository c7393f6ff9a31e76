"""One invocation of the function: what it was told, until when it may work, and where it runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Protocol

from results.registry import Registry
from results.settings import Settings
from shared.console import Console


class LambdaContext(Protocol):
    """What is used of the object that Lambda hands to a handler."""

    aws_request_id: str
    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the time after which Lambda ends the function."""


@dataclass(frozen=True)
class Invocation:
    """What all runs that one invocation handles have in common.

    Attributes:
        settings: The environment.
        registry: The monitors, as read by this invocation.
        function_arn: ARN of the function.
        request: Lambda's request id, which a retry by Lambda shares with the first attempt.
        attempt: Unlike any other attempt.
        deadline: When Lambda ends the attempt (UTC).
    """

    settings: Settings
    registry: Registry
    function_arn: str
    request: str
    attempt: str
    deadline: datetime

    @classmethod
    def begin(cls, environment: Mapping[str, str], context: LambdaContext) -> Invocation:
        """Return the invocation of this moment."""
        settings = Settings.from_environment(environment)
        return cls(
            settings=settings,
            registry=Registry(settings.registry),
            function_arn=context.invoked_function_arn,
            request=context.aws_request_id,
            attempt=uuid.uuid4().hex,
            deadline=datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis()),
        )

    @cached_property
    def console(self) -> Console:
        """The console of the function's region."""
        return Console.of_arn(self.function_arn)

    @property
    def time_left(self) -> timedelta:
        """Time until the deadline."""
        return self.deadline - datetime.now(UTC)

    def schedule_arn(self, name: str) -> str:
        """Return the ARN of a monitoring schedule, in which SageMaker writes the name in lower case."""
        _, partition, _, region, account, _ = self.function_arn.split(":", maxsplit=5)
        return f"arn:{partition}:sagemaker:{region}:{account}:monitoring-schedule/{name.lower()}"
