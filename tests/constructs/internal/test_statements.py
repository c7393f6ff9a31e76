"""How few statements say the same."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from model_monitor.internal.statements import Permission, Statement, fewest_statements, permissions_of

_READ, _WRITE, _LIST = "s3:GetObject", "s3:PutObject", "s3:ListBucket"


def _permissions(statements: list[Statement]) -> list[Permission]:
    return [permission for statement in statements for permission in permissions_of(statement)]


def _listing(bucket: str, *prefixes: str, operator: str = "StringLike") -> Statement:
    return Statement(actions=[_LIST], resources=[bucket], conditions={operator: {"s3:prefix": list(prefixes)}})


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        pytest.param(
            [Statement(actions=[_READ], resources=["a"]), Statement(actions=[_READ], resources=["b"])],
            [Statement(actions=(_READ,), resources=("a", "b"))],
            id="resources of the same actions",
        ),
        pytest.param(
            [Statement(actions=[_WRITE], resources=["a"]), Statement(actions=[_READ], resources=["a"])],
            [Statement(actions=(_READ, _WRITE), resources=("a",))],
            id="actions with the same resources",
        ),
        pytest.param(
            [_listing("bucket", "a"), _listing("bucket", "b", "c")],
            [_listing("bucket", "a", "b", "c")],
            id="prefixes of the same bucket",
        ),
        pytest.param(
            [Statement(actions=[_READ], resources=["a"]), Statement(actions=[_WRITE], resources=["b"])],
            [Statement(actions=(_READ,), resources=("a",)), Statement(actions=(_WRITE,), resources=("b",))],
            id="nothing in common",
        ),
        pytest.param(
            [_listing("bucket", "a"), _listing("other", "b")],
            [_listing("bucket", "a"), _listing("other", "b")],
            id="prefixes of different buckets stay with their buckets",
        ),
        pytest.param(
            [_listing("bucket", "a", operator="StringNotLike"), _listing("bucket", "b", operator="StringNotLike")],
            [_listing("bucket", "a", operator="StringNotLike"), _listing("bucket", "b", operator="StringNotLike")],
            id="neither a nor b is less than not a, or not b",
        ),
    ],
)
def test_statements_are_joined_where_that_allows_nothing_new(
    given_: list[Statement], expected: list[Statement]
) -> None:
    assert [_written(each) for each in fewest_statements(_permissions(given_))] == [_written(each) for each in expected]


def _written(statement: Statement) -> tuple[object, ...]:
    tests = {
        operator: {key: [values] if isinstance(values, str) else list(values) for key, values in test.items()}
        for operator, test in (statement.conditions or {}).items()
    }
    return list(statement.actions), list(statement.resources), tests


def test_several_conditions_of_one_statement_stay_together() -> None:
    conditions = {"StringEquals": {"kms:ViaService": "sagemaker"}, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    one, other = (Statement(actions=["kms:CreateGrant"], resources=[key], conditions=conditions) for key in ("a", "b"))
    assert fewest_statements(_permissions([one, other])) == [
        Statement(actions=("kms:CreateGrant",), resources=("a", "b"), conditions=conditions)
    ]


_CONDITIONS = st.none() | st.dictionaries(
    st.sampled_from(["StringLike", "StringEquals", "StringNotLike", "Bool"]),
    st.dictionaries(st.sampled_from(["s3:prefix", "aws:tag"]), st.sampled_from(["x", ["x"], ["x", "y"]]), min_size=1),
    min_size=1,
)
_STATEMENTS = st.lists(
    st.builds(
        Statement,
        actions=st.lists(st.sampled_from([_READ, _WRITE, _LIST]), min_size=1, unique=True),
        resources=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True),
        conditions=_CONDITIONS,
    ),
    max_size=8,
)


def _allows(statements: list[Statement], action: str, resource: str, context: dict[str, str]) -> bool:
    """Evaluate a request as IAM does, whose values have no wildcards here."""
    return any(action in each.actions and resource in each.resources and _is_met(each, context) for each in statements)


def _is_met(statement: Statement, context: dict[str, str]) -> bool:
    for operator, tests in (statement.conditions or {}).items():
        for key, values in tests.items():
            among = context.get(key) in ([values] if isinstance(values, str) else values)
            if among == ("Not" in operator):
                return False
    return True


@given(_STATEMENTS)
def test_the_same_requests_are_allowed_by_no_more_statements(statements: list[Statement]) -> None:
    fewer = fewest_statements(_permissions(statements))
    requests = [
        (action, resource, {"s3:prefix": prefix, "aws:tag": tag})
        for action in (_READ, _WRITE, _LIST)
        for resource in ("a", "b", "c")
        for prefix in ("x", "y", "z")
        for tag in ("x", "y", "z")
    ]
    assert [_allows(fewer, *request) for request in requests] == [_allows(statements, *request) for request in requests]
    assert fewest_statements(_permissions(fewer)) == fewer


@given(_STATEMENTS)
def test_every_permission_is_in_one_statement_only(statements: list[Statement]) -> None:
    written = _permissions(fewest_statements(_permissions(statements)))
    assert sorted(written) == sorted(set(_permissions(statements)))
