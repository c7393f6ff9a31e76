import json
from typing import Any

import pytest

from sandbox.platform.policy import allows_service

SERVICE = "cloudwatch.amazonaws.com"
ACCOUNT = "111122223333"


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "kms:Decrypt", "Resource": "*", **elements}


def allowed(*statements: dict[str, Any], action: str = "kms:Decrypt", resource: str = "*") -> bool:
    context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:a"}
    return allows_service({"Statement": list(statements)}, SERVICE, action, resource, context)


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow(Action=["kms:Encrypt", "kms:Dec*"]),
        allow(Action="KMS:decrypt"),
        allow(Principal="*"),
        allow(Principal={"AWS": "*"}),
        allow(Principal={"Service": ["sns.amazonaws.com", SERVICE]}),
        allow(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        allow(Condition={"StringEquals": {"AWS:SourceAccount": ["999999999999", ACCOUNT]}}),
        allow(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:*"}}),
        allow(Condition={"StringNotEquals": {"aws:SourceAccount": "999999999999"}}),
        allow(Condition={"StringEqualsIfExists": {"aws:PrincipalTag/team": "x"}}),
        allow(Condition={"Null": {"aws:SourceVpc": "true"}}),
    ],
)
def test_statements_that_let_the_service_in(statement: dict[str, Any]) -> None:
    assert allowed(statement)


@pytest.mark.parametrize(
    "statement",
    [
        allow(Effect="Deny"),
        allow(Principal={"Service": "events.amazonaws.com"}),
        allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        allow(Action="kms:Encrypt"),
        allow(NotAction="kms:Decrypt", Action=None),
        allow(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}),
        allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        allow(Condition={"NumericLessThan": {"aws:SourceAccount": "5"}}),
        allow(Condition={"NotAnOperator": {"aws:SourceAccount": "5"}}),
    ],
)
def test_statements_that_keep_it_out(statement: dict[str, Any]) -> None:
    assert not allowed(statement)


def test_a_deny_wins_over_an_allow() -> None:
    assert not allowed(allow(), allow(Effect="Deny"))


def test_the_resource_must_match_where_one_is_named() -> None:
    statement = allow(Action="sns:Publish", Resource="arn:aws:sns:us-east-1:1:a*")
    assert allowed(statement, action="sns:Publish", resource="arn:aws:sns:us-east-1:1:abc")
    assert not allowed(statement, action="sns:Publish", resource="arn:aws:sns:us-east-1:1:b")


def test_text_and_single_statements_are_read_as_well() -> None:
    assert allows_service(json.dumps({"Statement": allow()}), SERVICE, "kms:Decrypt")


@pytest.mark.parametrize("nothing", [None, "", {}, {"Statement": []}])
def test_no_policy_allows_nothing(nothing: Any) -> None:
    assert not allows_service(nothing, SERVICE, "kms:Decrypt")
