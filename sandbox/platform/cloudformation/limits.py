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
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.platform import functions
from sandbox.seams import extend_resource_type


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
    """Check the types. Called once, after every type is registered."""
    for type_name, rule in _RULES.items():
        extend_resource_type(type_name, before=functools.partial(_check_name, rule))
    extend_resource_type("AWS::Lambda::Function", before=_check_variables)


def _check_name(rule: _NameRule, properties: Mapping[str, Any]) -> None:
    name = properties.get(rule.member)
    _refuse(None if name is None else rule.problem(str(name)))


def _check_variables(properties: Mapping[str, Any]) -> None:
    _refuse(functions.variables_problem((properties.get("Environment") or {}).get("Variables") or {}))


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise ValueError(
            f'Resource handler returned message: "{problem} (Status Code: 400)" (HandlerErrorCode: InvalidRequest)'
        )
