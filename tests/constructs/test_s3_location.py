from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from aws_cdk import CfnParameter, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3
from aws_cdk.assertions import Template
from hypothesis import given, strategies as st

from model_monitor import S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_PART = st.text("ab-/.", max_size=8).filter(lambda text: not {".", ".."}.intersection(text.split("/")))


@given(st.lists(_PART, max_size=4), st.lists(_PART, max_size=4))
def test_joining_never_doubles_or_loses_a_slash(first: list[str], second: list[str]) -> None:
    location = S3Location("lake").join(*first).join(*second)
    segments = [segment for part in [*first, *second] for segment in part.split("/") if segment]
    assert location.uri == "/".join(["s3://lake", *segments])
    assert location == S3Location("lake").join(*first, *second)


@given(st.lists(_PART, max_size=3))
def test_reading_an_address_gives_it_back(parts: list[str]) -> None:
    uri = S3Location("lake").join(*parts).uri
    assert S3Location.from_uri(uri).uri == uri
    assert S3Location.from_uri(f"{uri}/").uri == uri


@pytest.mark.parametrize("uri", ["lake/train.csv", "s3://", "s3:///train.csv", "https://lake.s3.amazonaws.com/x"])
def test_refuses_what_is_no_s3_address(uri: str, refused: Refused) -> None:
    with refused(repr(uri), "s3://bucket/prefix"):
        S3Location.from_uri(uri)


@pytest.mark.parametrize("uri", ["s3://lake//train.csv", "s3://lake/a//train.csv", "s3://lake/a//"])
def test_refuses_a_doubled_slash_and_says_what_it_would_do(uri: str, refused: Refused) -> None:
    with refused(repr(uri), "single slashes", "finds no data"):
        S3Location.from_uri(uri)


def test_refuses_an_address_that_is_a_token_and_names_the_other_factory(stack: Stack, refused: Refused) -> None:
    with refused("only known at deployment", "S3Location.of(...)"):
        S3Location.from_uri(CfnParameter(stack, "Uri").value_as_string)


def test_takes_the_key_of_a_bucket_unless_another_is_given(stack: Stack) -> None:
    key, other = kms.Key(stack, "Key"), kms.Key(stack, "Other")
    bucket = s3.Bucket(stack, "Bucket", encryption_key=key)
    assert S3Location.of(bucket, "a").encryption_key is key
    assert S3Location.of(bucket, "a", encryption_key=other).encryption_key is other
    assert S3Location.of(bucket, "a").join("b").encryption_key is key


def test_takes_a_bucket_of_the_lowest_level(stack: Stack) -> None:
    bucket = s3.CfnBucket(stack, "Bucket")
    assert stack.resolve(S3Location.of(bucket, "a", "b").uri) == {
        "Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/a/b"]]
    }


@pytest.fixture(scope="module")
def granted(kit: Kit) -> Template:
    stack = kit.stack()
    encrypted = S3Location.of(s3.Bucket(stack, "Bucket", encryption_key=kms.Key(stack, "Key")), "train.csv")
    plain_key = S3Location.from_uri("s3://lake/x", encryption_key=kms.CfnKey(stack, "PlainKey", key_policy={}))

    def user(name: str) -> iam.User:
        return iam.User(stack, name)

    encrypted.grant_read(user("Reader"))
    encrypted.grant_write(user("Writer"))
    encrypted.grant_delete(user("Deleter"))
    encrypted.grant_read_write(user("Editor"))
    plain_key.grant_read(user("PlainReader"))
    S3Location.from_uri("s3://lake").grant_read(user("BucketReader"))
    return Template.from_stack(stack)


def test_a_grant_covers_the_object_and_what_lies_below_but_not_its_neighbours(kit: Kit, granted: Template) -> None:
    assert kit.allowed(granted, "Reader", "s3:GetObject")[:2] == [
        "arn:<AWS::Partition>:s3:::<Bucket83908E77>/train.csv",
        "arn:<AWS::Partition>:s3:::<Bucket83908E77>/train.csv/*",
    ]


def test_listing_is_limited_to_the_prefix(kit: Kit, granted: Template) -> None:
    conditions = [
        statement["Condition"]
        for name, statement in kit.statements(granted)
        if name.startswith("ReaderDefault") and statement["Action"] == "s3:ListBucket"
    ]
    assert conditions == [{"StringLike": {"s3:prefix": ["train.csv", "train.csv/*"]}}]


@pytest.mark.parametrize(
    ("user", "actions"),
    [
        ("ReaderDefault", {"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "kms:Decrypt"}),
        ("WriterDefault", {"s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"}),
        ("DeleterDefault", {"s3:DeleteObject"}),
        (
            "EditorDefault",
            {
                "s3:GetObject",
                "s3:PutObject",
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "kms:Decrypt",
                "kms:GenerateDataKey",
            },
        ),
    ],
)
def test_a_grant_allows_its_actions_and_no_others(kit: Kit, granted: Template, user: str, actions: set[str]) -> None:
    allowed: set[str] = set()
    for name, statement in kit.statements(granted):
        if name.startswith(user):
            allowed |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    assert allowed == actions


def test_a_key_of_the_lowest_level_is_granted_too(kit: Kit, granted: Template) -> None:
    assert kit.allowed(granted, "PlainReaderDefault", "kms:Decrypt") == ["<PlainKey.Arn>"]


def test_a_whole_bucket_can_be_granted(kit: Kit, granted: Template) -> None:
    assert kit.allowed(granted, "BucketReaderDefault", "s3:GetObject") == ["arn:<AWS::Partition>:s3:::lake/*"]
