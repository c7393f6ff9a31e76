"""Requests are checked against botocore's model, and the complaint is worded as AWS words it."""

import itertools
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sandbox.errors import AwsError
from sandbox.sagemaker.validation import render, validate


def complaint(operation: str, request: object) -> str:
    with pytest.raises(AwsError) as refused:
        validate(operation, request)
    assert refused.value.code == "ValidationException"
    return refused.value.message


def test_a_valid_request_passes() -> None:
    validate("DescribeModel", {"ModelName": "credit-risk"})


def test_a_missing_member_is_null() -> None:
    assert complaint("DescribeModel", {}) == (
        "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: Member must not be null"
    )


def test_a_pattern_is_quoted() -> None:
    assert complaint("DeleteMonitoringSchedule", {"MonitoringScheduleName": "no spaces"}).startswith(
        "1 validation error detected: Value 'no spaces' at 'monitoringScheduleName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9]"
    )


def test_a_length_names_the_limit() -> None:
    message = complaint("DeleteMonitoringSchedule", {"MonitoringScheduleName": "x" * 64})
    assert "Member must have length less than or equal to 63" in message


def test_every_complaint_is_told_at_once() -> None:
    message = complaint("ListMonitoringExecutions", {"MaxResults": 101, "SortOrder": "Up"})
    assert message.startswith("2 validation errors detected: ")
    assert "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to" in (
        message
    )
    assert (
        "Value 'Up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [Ascending, "
        in (message)
    )


def test_items_of_a_list_are_numbered_from_one() -> None:
    request = {"ResourceArn": "arn:aws:sagemaker:us-east-1:000000000000:model/m", "Tags": [{"Key": "a"}]}
    assert "Value null at 'tags.1.member.value'" in complaint("AddTags", request)


def test_an_unknown_member_is_named_with_the_known_ones() -> None:
    message = complaint("DescribeModel", {"ModelName": "m", "Modelname": "m"})
    assert "Unknown member 'Modelname'" in message
    assert "expected one of [ModelName]" in message


def test_keys_and_values_of_a_map_are_checked() -> None:
    specification = {"ImageUri": "image", "Environment": {"1st": "x", "long": "v" * 257}}
    message = complaint(
        "CreateDataQualityJobDefinition",
        {
            "JobDefinitionName": "d",
            "DataQualityAppSpecification": specification,
            "DataQualityJobInput": {},
            "DataQualityJobOutputConfig": {
                "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/o"}}]
            },
            "JobResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
            },
            "RoleArn": "arn:aws:iam::000000000000:role/role",
        },
    )
    assert "Map keys must satisfy constraint: [Member must satisfy regular expression pattern" in message
    assert "Map value must satisfy constraint: [Member must have length less than or equal to 256]" in message


@pytest.mark.parametrize("wrong", [7, True, ["m"], {"a": 1}])
def test_a_wrong_json_type_is_a_serialization_error(wrong: object) -> None:
    with pytest.raises(AwsError) as refused:
        validate("DescribeModel", {"ModelName": wrong})
    assert refused.value.code == "SerializationException"
    assert "modelName" in refused.value.message


@given(st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?", fullmatch=True))
def test_every_name_of_the_documented_form_passes(name: str) -> None:
    validate("DescribeProcessingJob", {"ProcessingJobName": name})


@given(st.text(alphabet="ab-_ .é", min_size=1, max_size=70).filter(lambda t: not t.isascii() or set(t) & set("_ .")))
def test_a_name_with_other_characters_never_passes(name: str) -> None:
    assert "failed to satisfy constraint" in complaint("DescribeProcessingJob", {"ProcessingJobName": name})


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_an_answer_is_of_one_moment_while_a_thread_changes_the_resource(hasty_threads: None) -> None:
    endpoint: dict[str, Any] = {"EndpointName": "credit"}
    stopped = threading.Event()

    def change() -> None:
        for number in itertools.count():
            endpoint.pop("FailureReason", None)
            endpoint.update(EndpointConfigName=number, EndpointStatus=number, FailureReason=number)
            if stopped.is_set():
                return

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(20_000):
            answer = render("DescribeEndpoint", endpoint)
            assert answer.get("EndpointConfigName") == answer.get("EndpointStatus")
    finally:
        stopped.set()
        thread.join()
