"""The small things that both functions use."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, IncompleteReadError
from hypothesis import given, strategies as st

from shared import clients, errors, failures, s3
from shared.console import Console
from shared.s3 import S3Uri


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "https://eu-west-1.console.aws.amazon.com/"),
        ("aws-cn", "cn-north-1", "https://cn-north-1.console.amazonaws.cn/"),
        ("aws-us-gov", "us-gov-west-1", "https://console.amazonaws-us-gov.com/"),
    ],
)
def test_links_lead_to_the_console_of_the_partition(partition, region, host):
    console = Console.of_arn(f"arn:{partition}:sagemaker:{region}:111122223333:processing-job/a")
    links = [console.processing_job("a"), console.job_logs("a"), console.folder(S3Uri("b", "k"))]
    assert all(link.startswith(host) and f"region={region}" in link for link in links)


def test_the_link_to_the_logs_is_quoted_as_the_console_wants_it():
    assert (
        Console("aws", "us-east-1")
        .job_logs("job-1")
        .endswith(
            "#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FProcessingJobs$3FlogStreamNameFilter$3Djob-1"
        )
    )


NO_URIS = ["", "bucket/key", "https://bucket/key", "s3://", "s3:///key", "s3://b//k", "s3://b/a//k"]


@pytest.mark.parametrize("text", NO_URIS)
def test_what_is_no_s3_uri_is_refused(text):
    with pytest.raises(ValueError, match="got"):
        S3Uri.parse(text)


PARTS = st.text(alphabet="abc-_.0", min_size=1, max_size=5)


@given(st.lists(PARTS, min_size=1, max_size=5), st.booleans())
def test_joined_uris_have_no_doubled_or_lost_slash(parts, trailing):
    uri = S3Uri.parse("s3://bucket/" + ("prefix/" if trailing else "prefix"))
    for part in parts:
        uri = uri / part
    assert str(uri) == "s3://bucket/prefix/" + "/".join(parts)
    assert S3Uri.parse(str(uri)) == uri


def test_the_folders_below_a_location_are_told_and_what_lies_deeper_is_not(aws):
    for key in ("capture/b/2026/1.jsonl", "capture/a/2.jsonl", "capture/a/3.jsonl", "capture/4.jsonl", "captured/c/5"):
        aws.put(f"s3://data/{key}", b"")
    assert [str(folder) for folder in s3.folders(S3Uri("data", "capture"))] == [
        "s3://data/capture/a",
        "s3://data/capture/b",
    ]
    assert [str(folder) for folder in s3.folders(S3Uri("data", ""))] == ["s3://data/capture", "s3://data/captured"]


def test_a_bucket_alone_is_a_location():
    assert str(S3Uri.parse("s3://bucket/")) == "s3://bucket"
    assert str(S3Uri.parse("s3://bucket") / "key") == "s3://bucket/key"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("ResourceLimitExceeded: The account-level service limit 'ml.m5.xlarge for ...' is 0", "quota"),
        ("Could not find image 1.dkr.ecr.us-east-1.amazonaws.com/x", "account number of the image"),
        ("OSError: [Errno 28] No space left on device", "bigger volume"),
        ("java.lang.OutOfMemoryError: Java heap space", "bigger instance"),
        ("InternalServerError: We encountered an internal error.", "try again"),
        ("Job exceeded MaxRuntimeInSeconds", "MaxRuntimeInSeconds"),
        ('Connect timeout on endpoint URL: "https://bucket.s3.amazonaws.com/"', "S3 gateway endpoint"),
        ("ClientError: An error occurred (AccessDenied) when calling PutObject", "s3:PutObject"),
        ("AccessDeniedException: not authorized to perform: kms:Decrypt", "kms:Decrypt"),
        ("not authorized to perform: iam:PassRole", "iam:PassRole"),
        ("No S3 objects found under S3 URL", "holds objects"),
        ("CapacityError: Unable to provision requested ML compute capacity", "no free instance"),
        ("Exception while invoking preprocessor script", "script failed"),
        ("ThrottlingException: Rate exceeded", "try again"),
    ],
)
def test_known_failures_have_a_hint(said, advice):
    assert advice in failures.hint(None, said)


@pytest.mark.parametrize("said", [None, "", "something that nobody has seen"])
def test_unknown_failures_have_none(said):
    assert failures.hint(said) is None


def client_error(code, message=""):
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def test_errors_are_told_apart():
    assert errors.is_missing(client_error("NoSuchKey"))
    assert errors.is_missing(client_error("ValidationException", "Could not find requested job"))
    assert not errors.is_missing(client_error("ValidationException", "Value is too long"))
    assert errors.is_denied(client_error("403"))
    for code in ("SlowDown", "KMS.ThrottlingException", "OperationAborted", "ThrottledException", "503"):
        assert errors.is_transient(client_error(code))
    assert errors.is_transient(IncompleteReadError(actual_bytes=1, expected_bytes=2))
    assert errors.is_transient(EndpointConnectionError(endpoint_url="https://s3"))
    assert not errors.is_transient(client_error("ValidationException"))
    assert not errors.is_transient(ValueError("x"))


def test_clients_follow_the_standard_variables_and_give_up_in_time(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    clients.forget()
    for make in (clients.s3, clients.sagemaker, clients.cloudwatch, clients.sns, clients.events):
        client = make()
        assert client.meta.endpoint_url == "http://127.0.0.1:4566"
        assert client.meta.config.retries["mode"] == "standard"
        assert client.meta.config.read_timeout <= 30
        assert make() is client
    clients.forget()


def test_errors_of_s3_that_nobody_expects_are_not_hidden(aws):
    aws.put("s3://out/key", "x")
    aws.fail("GetObject", "InvalidObjectState", times=1)
    aws.fail("HeadObject", "InvalidObjectState", times=1)
    for call in (s3.read, s3.exists):
        with pytest.raises(ClientError, match="InvalidObjectState"):
            call(S3Uri("out", "key"))
