"""When grants reach the policies of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import aws_iam as iam, aws_kms as kms
from aws_cdk.assertions import Template

from model_monitor.internal.permissions import allow, allow_key, granted_together
from model_monitor.internal.statements import Statement

if TYPE_CHECKING:
    from aws_cdk import Stack

    from tests.constructs.conftest import Kit

_WHY = "objects"


@pytest.fixture
def role(kit: Kit) -> iam.Role:
    return iam.Role(kit.stack(), "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def _reading(*resources: str) -> Statement:
    return Statement(actions=["s3:GetObject"], resources=resources)


def _policies(role: iam.Role) -> list[dict[str, Any]]:
    template = Template.from_stack(role.stack)
    found = template.find_resources("AWS::IAM::Policy").values()
    return [statement for policy in found for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def _key(stack: Stack) -> kms.Key:
    return kms.Key(stack, "Key", enable_key_rotation=True)


def test_a_block_and_the_blocks_in_it_make_one_statement(role: iam.Role) -> None:
    with granted_together():
        allow(role, [_reading("a")], _WHY)
        with granted_together():
            allow(role, [_reading("b")], _WHY)
        allow(role, [_reading("a", "c")], _WHY)
    assert [statement["Resource"] for statement in _policies(role)] == [["a", "b", "c"]]


def test_a_block_that_fails_grants_nothing(role: iam.Role) -> None:
    @granted_together()
    def fail() -> None:
        allow(role, [_reading("a")], _WHY)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    allow(role, [_reading("b")], _WHY)
    assert [statement["Resource"] for statement in _policies(role)] == ["b"]


def test_what_is_allowed_already_is_not_written_again(role: iam.Role) -> None:
    allow(role, [_reading("a", "b")], _WHY)
    allow(role, [_reading("b"), _reading("c")], _WHY)
    assert [statement["Resource"] for statement in _policies(role)] == [["a", "b"], "c"]


def test_a_key_is_granted_with_all_actions_at_once_and_once(role: iam.Role) -> None:
    key = _key(role.stack)
    with granted_together():
        allow_key(role, key, "kms:Decrypt")
        allow_key(role, key, "kms:GenerateDataKey", "kms:Decrypt")
    allow_key(role, key, "kms:Decrypt")
    assert [statement["Action"] for statement in _policies(role)] == [["kms:Decrypt", "kms:GenerateDataKey"]]
