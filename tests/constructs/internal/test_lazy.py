from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_cdk import CfnOutput, CfnParameter, Stack
from aws_cdk.assertions import Template

from model_monitor.internal.lazy import canonical_json, lazy_json, lazy_string

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def test_a_value_is_asked_for_when_the_template_is_written(kit: Kit, stack: Stack) -> None:
    names: list[str] = []
    CfnOutput(stack, "Text", value=lazy_string(lambda: "+".join(names)))
    CfnOutput(stack, "Document", value=lazy_json(stack, lambda: {"names": names}))
    names += ["age", "income"]
    outputs = Template.from_stack(stack).to_json()["Outputs"]
    assert outputs["Text"]["Value"] == "age+income"
    assert json.loads(outputs["Document"]["Value"]) == {"names": ["age", "income"]}


def test_a_document_may_hold_references(kit: Kit, stack: Stack) -> None:
    parameter = CfnParameter(stack, "Bucket").value_as_string
    CfnOutput(stack, "Document", value=lazy_json(stack, lambda: {"uri": f"s3://{parameter}/x"}))
    document = Template.from_stack(stack).to_json()["Outputs"]["Document"]["Value"]
    assert kit.json(document) == {"uri": "s3://<Bucket>/x"}


def test_canonical_text_has_references_in_place_of_tokens_and_sorted_keys(stack: Stack) -> None:
    parameter = CfnParameter(stack, "Count", type="Number")
    first: dict[str, Any] = {"b": parameter.value_as_string, "a": [parameter.value_as_number, 1]}
    second: dict[str, Any] = dict(reversed(first.items()))
    text = canonical_json(stack, first)
    assert text == canonical_json(stack, second) == '{"a":[{"Ref":"Count"},1],"b":{"Ref":"Count"}}'


def test_canonical_text_follows_what_a_lazy_value_becomes(stack: Stack) -> None:
    assert canonical_json(stack, [lazy_string(lambda: "now"), "x"]) == '["now","x"]'
