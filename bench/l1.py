"""Writes the resources of a template with the L1 classes of the CDK, as somebody would who uses nothing above them.

The measure of what a construct costs: options are typed and checked, references are tokens that are made once.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

import aws_cdk as cdk

Template = Mapping[str, Any]

_CUSTOM = "Custom::"
_PROPERTY = re.compile(r"(Cfn\w+)\.(\w+Property)")
_TEXT, _TRUTH, _NUMBER, _MANY = "builtins.str", "builtins.bool", "Number", "Sequence"
_MAP_OF_ANYTHING = "typing.Dict[builtins.str, typing.Any]"


def add_resources(stack: cdk.Stack, template: Template) -> None:
    """Make all resources of a template.

    Args:
        stack: Where.
        template: A template of CloudFormation.
    """
    texts = _Texts()
    for logical_id, mapping in template.get("Mappings", {}).items():
        cdk.CfnMapping(stack, logical_id, mapping=mapping)
    for logical_id, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"].startswith(_CUSTOM):
            cdk.CfnResource(stack, logical_id, type=resource["Type"], properties=properties)
        else:
            _, service, name = resource["Type"].split("::")
            module = importlib.import_module(f"aws_cdk.aws_{service.lower()}")
            kind = getattr(module, f"Cfn{name}")
            kind(stack, logical_id, **_Options(module, texts).of(kind, properties))


class _Texts:
    """References and joined texts, each as one token."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def token(self, value: object) -> str:
        key = json.dumps(value)
        if key not in self._tokens:
            self._tokens[key] = cdk.Token.as_string(value)
        return self._tokens[key]


class _Options:
    """What a template says, as options of the classes of one service."""

    def __init__(self, module: ModuleType, texts: _Texts) -> None:
        self._module = module
        self._texts = texts

    def of(self, kind: type, properties: Mapping[str, Any]) -> dict[str, Any]:
        hints = _hints(kind)
        return {
            hints[name.lower()][0]: self._value(value, hints[name.lower()][1]) for name, value in properties.items()
        }

    def _value(self, value: Any, hint: str) -> Any:  # noqa: ANN401 # whatever is in a template
        found = _PROPERTY.search(hint)
        if not found and "typing.Any" in hint.replace(_MAP_OF_ANYTHING, ""):
            return value
        if _is_function(value):
            return self._texts.token(value) if _TEXT in hint and _MANY not in hint else cdk.Token.as_any(value)
        if isinstance(value, list):
            return [self._value(item, hint.replace(_MANY, "")) for item in value]
        if isinstance(value, dict):
            return self._structure(value, hint, found)
        if isinstance(value, str) and _TEXT not in hint:
            return value == "true" if _TRUTH in hint else float(value) if _NUMBER in hint else value
        return value

    def _structure(self, value: dict[str, Any], hint: str, found: re.Match[str] | None) -> object:
        if found:
            kind = getattr(getattr(self._module, found[1]), found[2])
            return kind(**self.of(kind, value))
        if "CfnTag" in hint:
            return cdk.CfnTag(key=value["Key"], value=self._value(value["Value"], _TEXT))
        return {key: self._value(item, _TEXT) for key, item in value.items()}


def _is_function(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


@cache
def _hints(kind: type) -> dict[str, tuple[str, str]]:
    """Return the options of a class by their names in templates, in small letters: name in Python, and type."""
    hints = kind.__init__.__annotations__.items()  # type: ignore[misc] # of this class, not of one below it
    return {name.replace("_", ""): (name, str(hint)) for name, hint in hints}
