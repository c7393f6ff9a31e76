from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.fixture
def bucket(client: Callable[..., Any], unique: str) -> str:
    client("s3").create_bucket(Bucket=unique)
    return unique


@pytest.fixture
def key(client: Callable[..., Any]) -> str:
    return client("kms").create_key()["KeyMetadata"]["Arn"]


def test_a_claim_by_conditional_write_is_won_once(client: Callable[..., Any], bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="claim", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError) as raised:
        client("s3").put_object(Bucket=bucket, Key="claim", Body=b"2", IfNoneMatch="*")
    assert raised.value.response["Error"]["Code"] == "PreconditionFailed"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    client("s3").delete_object(Bucket=bucket, Key="claim")
    client("s3").put_object(Bucket=bucket, Key="claim", Body=b"3", IfNoneMatch="*")
    assert client("s3").get_object(Bucket=bucket, Key="claim")["Body"].read() == b"3"


def test_kms_without_a_key_uses_the_managed_key(client: Callable[..., Any], bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="aws:kms")
    found = client("s3").head_object(Bucket=bucket, Key="a")
    assert found["ServerSideEncryption"] == "aws:kms"
    assert found["SSEKMSKeyId"].endswith(":alias/aws/s3")


def test_a_role_needs_the_key_to_write_and_to_read(
    client: Callable[..., Any],
    role: Callable[..., Any],
    as_role: Callable[..., Any],
    bucket: str,
    key: str,
) -> None:
    options = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    client("s3").put_object(Bucket=bucket, Key="secret", Body=b"x", **options)
    outsider = as_role("s3", role(S3)["arn"])
    with pytest.raises(ClientError, match="not authorized to perform: kms:GenerateDataKey"):
        outsider.put_object(Bucket=bucket, Key="other", Body=b"x", **options)
    with pytest.raises(ClientError, match="not authorized to perform: kms:Decrypt"):
        outsider.get_object(Bucket=bucket, Key="secret")
    grant = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key}
    insider = as_role("s3", role(S3, grant, suffix="insider")["arn"])
    insider.put_object(Bucket=bucket, Key="other", Body=b"y", **options)
    assert insider.get_object(Bucket=bucket, Key="other")["Body"].read() == b"y"


def test_a_buckets_default_key_counts_as_well(
    client: Callable[..., Any], role: Callable[..., Any], as_role: Callable[..., Any], bucket: str, key: str
) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    assert client("s3").head_object(Bucket=bucket, Key="a")["SSEKMSKeyId"] == key
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        as_role("s3", role(S3)["arn"]).put_object(Bucket=bucket, Key="b", Body=b"x")


def test_a_policy_that_demands_tls_is_met_on_loopback(client: Callable[..., Any], bucket: str) -> None:
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", '
        f'"Resource": ["arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*"], '
        '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}'
    )
    client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    assert client("s3").get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
