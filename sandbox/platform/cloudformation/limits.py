"""Limits that AWS sets and MiniStack does not: names of resources that stacks make, and variables of functions.

| resource | documented at |
|---|---|
| alarm | https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html |
| rule | https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html |
| topic | https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html |
| function | https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html |
| role | https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html |
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.platform import functions
from sandbox.seams import Name, get

_PROPERTIES_OF = {"create": 1, "update": 2}
"""Position of the properties to reach among a handler's arguments."""


@dataclass(frozen=True)
class _NameRule:
    """What the name of a resource may be.

    Attributes:
        member: The property.
        most: The greatest length.
        pattern: What the whole name must match.
        words: AWS's message where it is not made of the value and the rule.
    """

    member: str
    most: int
    pattern: str
    words: str | None = None

    def problem(self, name: str) -> str | None:
        """AWS's message about a name that it refuses; None for a good one."""
        too_long = len(name) > self.most
        if name and not too_long and re.fullmatch(self.pattern, name):
            return None
        if self.words is not None:
            return self.words
        wanted = (
            f"Member must have length less than or equal to {self.most}"
            if too_long
            else f"Member must satisfy regular expression pattern: {self.pattern}"
        )
        member = self.member[0].lower() + self.member[1:]
        return f"1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: {wanted}"


_ALARM = _NameRule("AlarmName", 255, r"[^\x00-\x1F\x7F]+")
_RULES = {
    "AWS::CloudWatch::Alarm": _ALARM,
    "AWS::CloudWatch::CompositeAlarm": _ALARM,
    "AWS::Events::Rule": _NameRule("Name", 64, r"[\.\-_A-Za-z0-9]+"),
    "AWS::SNS::Topic": _NameRule("TopicName", 256, r"[A-Za-z0-9_-]+(\.fifo)?", "Invalid parameter: Topic Name"),
    "AWS::Lambda::Function": _NameRule("FunctionName", 64, r"[a-zA-Z0-9-_]+"),
    "AWS::IAM::Role": _NameRule("RoleName", 64, r"[\w+=,.@-]+"),
}


def install() -> None:
    """Wrap the handlers of the types. Called once, after every type is registered."""
    handlers = get(Name.RESOURCE_HANDLERS)
    for type_name, rule in _RULES.items():
        _check(handlers[type_name], functools.partial(_name_problem, rule))
    _check(handlers["AWS::Lambda::Function"], _variables_problem)


def _check(handlers: dict[str, Any], problem: Callable[[Mapping[str, Any]], str | None]) -> None:
    for operation, position in _PROPERTIES_OF.items():
        handlers[operation] = _checking(handlers[operation], position, problem)


def _checking(
    original: Callable[..., Any], position: int, problem: Callable[[Mapping[str, Any]], str | None]
) -> Callable[..., Any]:
    def handler(*arguments: Any) -> Any:
        message = problem(arguments[position])
        if message is not None:
            raise ValueError(
                f'Resource handler returned message: "{message} (Status Code: 400)" (HandlerErrorCode: InvalidRequest)'
            )
        return original(*arguments)

    return handler


def _name_problem(rule: _NameRule, properties: Mapping[str, Any]) -> str | None:
    name = properties.get(rule.member)
    return None if name is None else rule.problem(str(name))


def _variables_problem(properties: Mapping[str, Any]) -> str | None:
    return functions.variables_problem((properties.get("Environment") or {}).get("Variables") or {})
