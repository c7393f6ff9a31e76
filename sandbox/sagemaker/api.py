"""The table of operations, and what every one of them receives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import seams


@dataclass(frozen=True)
class Request:
    """A validated request.

    Args:
        body: The members as sent.
        headers: HTTP headers in lower case; empty for calls that CloudFormation makes.
    """

    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def require_pass_role(self, role_arn: str) -> None:
        """Refuse, as AWS does, when the caller may not pass the role or SageMaker may not assume it."""
        seams.require_pass_role(self.headers, role_arn)


Operation = Callable[[Request], dict[str, Any]]

OPERATIONS: dict[str, Operation] = {}
"""Operation name to the function that serves it."""


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a function as the server of an operation."""

    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register
