from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import RemovalPolicy, aws_kms as kms
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.fixture(scope="module")
def shared_key(kit: Kit) -> Template:
    """Two monitorings with one key of the app."""
    stack = kit.stack()
    key = kms.Key(stack, "Key")
    kit.monitoring(stack, "First", encryption_key=key, output=kit.output())
    kit.monitoring(stack, "Second", encryption_key=key, output=kit.output())
    return Template.from_stack(stack)


def _publishing(statements: list[dict[str, object]]) -> dict[str, object]:
    return {
        str(statement["Principal"]["Service"]): statement.get("Condition")
        for statement in statements
        if isinstance(statement["Principal"], dict) and "Service" in statement["Principal"]
    }


@pytest.mark.parametrize("fixture", ["default_template", "shared_key"])
def test_cloudwatch_and_eventbridge_may_use_the_key_of_the_topic(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    policy = kit.properties(request.getfixturevalue(fixture), "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    # EventBridge sends no aws:SourceAccount here: with a condition on it every message would be lost.
    # https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/407
    assert _publishing(policy) == {"cloudwatch.amazonaws.com": _OWN_ACCOUNT, "events.amazonaws.com": None}
    sids = [statement["Sid"] for statement in policy if "Sid" in statement]
    assert len(sids) == len(set(sids))


def test_cloudwatch_and_eventbridge_may_publish_to_the_topic(kit: Kit, default_template: Template) -> None:
    policy = kit.properties(default_template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert _publishing(policy) == {"cloudwatch.amazonaws.com": _OWN_ACCOUNT, "events.amazonaws.com": None}


def test_the_topic_is_encrypted_and_refuses_plain_connections(kit: Kit, default_template: Template) -> None:
    topic = kit.properties(default_template, "AWS::SNS::Topic")
    assert kit.flat(topic["KmsMasterKeyId"]).startswith("<FraudKey")
    denials = [
        statement
        for statement in kit.properties(default_template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert [denial["Condition"] for denial in denials] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_the_key_rotates_and_stays_with_the_bucket_when_the_stack_is_deleted(
    kit: Kit, default_template: Template
) -> None:
    assert kit.properties(default_template, "AWS::KMS::Key")["EnableKeyRotation"] is True
    for type_name in ("AWS::KMS::Key", "AWS::S3::Bucket"):
        (resource,) = kit.resources(default_template, type_name).values()
        # A first deployment that fails leaves neither behind.
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_key_and_bucket_go_with_the_stack_where_that_is_asked_for(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitoring(stack, removal_policy=RemovalPolicy.DESTROY)
    template = Template.from_stack(stack)
    for type_name in ("AWS::KMS::Key", "AWS::S3::Bucket"):
        (resource,) = kit.resources(template, type_name).values()
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_what_is_overwritten_in_the_bucket_can_be_brought_back_for_three_months(
    kit: Kit, default_template: Template
) -> None:
    bucket = kit.properties(default_template, "AWS::S3::Bucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_the_bucket_is_private_encrypted_and_for_tls_only(kit: Kit, default_template: Template) -> None:
    bucket = kit.properties(default_template, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    policy = kit.properties(default_template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [statement["Condition"] for statement in policy]


def test_an_imported_key_and_topic_are_left_as_they_are(kit: Kit, imported_template: Template) -> None:
    for type_name in ("AWS::KMS::Key", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::S3::Bucket"):
        assert kit.resources(imported_template, type_name) == {}
