"""InvokeEndpoint and what is captured of it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

DEFAULTS = """
class Doubler:
    def predict(self, rows):
        return rows * 2

def model_fn(model_dir):
    return Doubler()
"""

MORTAL = """
import os

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    if body == "die":
        os._exit(3)
    return "alive", accept
"""


def records(world: Any, endpoint: str) -> list[dict[str, Any]]:
    world.box.wait_until_idle()
    keys = world.keys(f"capture/{endpoint}/")
    return [json.loads(line) for key in keys for line in world.read(key).splitlines()]


def test_the_model_answers_in_the_type_that_the_caller_accepts(world: Any, capturing_endpoint: str) -> None:
    assert world.invoke(capturing_endpoint, "1,2\n3,4\n") == "6.0\n14.0"
    body = json.dumps({"rows": [[1, 2]]})
    answer = world.runtime.invoke_endpoint(
        EndpointName=capturing_endpoint, Body=body, ContentType="application/json", Accept="application/json"
    )
    assert json.loads(answer["Body"].read()) == {"predictions": [6]}
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("application/json", "AllTraffic")


@pytest.mark.parametrize(
    ("sent", "accept", "answer"),
    [
        (("1,2\n3,4\n", "text/csv"), "text/csv", "2.0,4.0\n6.0,8.0\n"),
        (("[[1, 2]]", "application/json"), "application/json", "[[2.0, 4.0]]"),
        (("[1.5]", "application/json"), "*/*", "[3.0]"),
    ],
    ids=["csv", "json", "any"],
)
def test_a_script_with_only_a_model_gets_the_containers_defaults(
    world: Any, defaults_endpoint: str, sent: tuple[str, str], accept: str, answer: str
) -> None:
    assert world.invoke(defaults_endpoint, *sent, Accept=accept) == answer


@pytest.fixture(scope="module")
def defaults_endpoint(session_world: Any) -> str:
    name: str = session_world.make_endpoint(session_world.make_config(session_world.make_model(DEFAULTS)))
    return name


def test_an_exception_in_the_model_is_a_model_error(world: Any, capturing_endpoint: str) -> None:
    with pytest.raises(world.runtime.exceptions.ModelError) as error:
        world.invoke(capturing_endpoint, "-1\n")
    response = error.value.response
    assert response["OriginalStatusCode"] == 500
    assert response["OriginalMessage"] == "age must not be negative"
    assert response["Error"]["Message"].startswith(
        'Received server error (500) from primary with message "age must not be negative". See https://us-east-1.console'
    )


def test_a_type_that_the_defaults_cannot_read_is_the_clients_error(world: Any, defaults_endpoint: str) -> None:
    with pytest.raises(world.runtime.exceptions.ModelError) as error:
        world.invoke(defaults_endpoint, "<a/>", "text/xml")
    assert error.value.response["OriginalStatusCode"] == 415
    assert "Received client error (415)" in error.value.response["Error"]["Message"]


def test_a_model_that_dies_is_started_again(world: Any) -> None:
    endpoint = world.make_endpoint(world.make_config(world.make_model(MORTAL)))
    with pytest.raises(ClientError, match="died while it served"):
        world.invoke(endpoint, "die")
    assert world.invoke(endpoint, "live") == "alive"
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_callers_do_not_notice_an_update(world: Any) -> None:
    endpoint = world.make_endpoint()
    config = world.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    with ThreadPoolExecutor(4) as callers:
        calls = [callers.submit(world.invoke, endpoint, "1\n") for _ in range(100)]
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        while world.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == "Updating":
            calls.append(callers.submit(world.invoke, endpoint, "1\n"))
            time.sleep(0.005)
        assert {call.result() for call in calls} == {"2.0"}
    world.settled(endpoint)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_variant_can_be_asked_for_by_name(world: Any, capturing_endpoint: str) -> None:
    assert world.invoke(capturing_endpoint, "1\n", TargetVariant="AllTraffic") == "2.0"
    with pytest.raises(ClientError, match="Variant Other not found"):
        world.invoke(capturing_endpoint, "1\n", TargetVariant="Other")


def test_a_call_is_captured_where_and_as_aws_does(world: Any) -> None:
    endpoint = world.make_endpoint()
    hour = world.box.now()
    world.invoke(endpoint, "1,2\n", InferenceId="id-1", CustomAttributes="trace=1")
    (record,) = records(world, endpoint)
    (key,) = world.keys(f"capture/{endpoint}/")
    assert key.startswith(f"capture/{endpoint}/AllTraffic/{hour:%Y/%m/%d/%H}/")
    assert key.endswith(".jsonl")
    assert record["captureData"] == {
        "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "1,2\n", "encoding": "CSV"},
        "endpointOutput": {
            "observedContentType": "text/csv; charset=utf-8",
            "mode": "OUTPUT",
            "data": "6.0",
            "encoding": "CSV",
        },
    }
    assert record["eventMetadata"]["inferenceId"] == "id-1"
    assert record["eventMetadata"]["customAttributes"] == ["trace=1"]
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_burst_becomes_few_objects_and_loses_nothing(world: Any) -> None:
    endpoint = world.make_endpoint()
    started = time.perf_counter()
    for number in range(200):
        world.invoke(endpoint, f"{number}\n")
    mean = (time.perf_counter() - started) / 200
    inputs = [record["captureData"]["endpointInput"]["data"] for record in records(world, endpoint)]
    assert sorted(inputs) == sorted(f"{number}\n" for number in range(200))
    assert len(world.keys(f"capture/{endpoint}/")) <= 2 + mean * 200 / 0.5
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


@pytest.mark.parametrize(
    "capture",
    [{"EnableCapture": False}, {"InitialSamplingPercentage": 0}],
    ids=["disabled", "no-sample"],
)
def test_nothing_is_captured_when_capture_is_off(world: Any, capture: dict[str, Any]) -> None:
    endpoint = world.make_endpoint(world.make_config(capture=world.capture(**capture)))
    world.invoke(endpoint)
    assert records(world, endpoint) == []
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_about_the_wanted_share_is_sampled(world: Any) -> None:
    endpoint = world.make_endpoint(world.make_config(capture=world.capture(InitialSamplingPercentage=50)))
    for number in range(100):
        world.invoke(endpoint, f"{number}\n")
    # Six standard deviations of a binomial distribution: one false alarm in a hundred million runs.
    assert abs(len(records(world, endpoint)) - 50) < 6 * (100 * 0.5 * 0.5) ** 0.5
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_captured_objects_are_encrypted_with_the_configured_key(world: Any) -> None:
    key_id = world.box.client("kms").create_key()["KeyMetadata"]["KeyId"]
    endpoint = world.make_endpoint(world.make_config(capture=world.capture(KmsKeyId=key_id)))
    world.invoke(endpoint)
    world.box.wait_until_idle()
    (key,) = world.keys(f"capture/{endpoint}/")
    head = world.s3.head_object(Bucket=world.bucket, Key=key)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert key_id in head["SSEKMSKeyId"]
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_an_endpoint_serves_on_when_its_role_may_not_write_the_capture(world: Any) -> None:
    role = world.make_role("s3:GetObject", "s3:ListBucket")
    endpoint = world.make_endpoint(world.make_config(world.make_model(role=role), capture=world.capture()))
    assert world.invoke(endpoint, "1\n") == "2.0"
    world.box.wait_until_idle()
    assert world.keys(f"capture/{endpoint}/") == []
    events = world.box.client("logs").get_log_events(
        logGroupName=f"/aws/sagemaker/Endpoints/{endpoint}", logStreamName="AllTraffic/data-capture"
    )["events"]
    assert "AccessDenied" in events[0]["message"]
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_calls_are_counted_in_cloudwatch(world: Any, capturing_endpoint: str) -> None:
    before = world.box.now() - timedelta(hours=1)
    for _ in range(3):
        world.invoke(capturing_endpoint)
    world.box.wait_until_idle()

    def counted() -> bool:
        points = world.box.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName="Invocations",
            Dimensions=[
                {"Name": "EndpointName", "Value": capturing_endpoint},
                {"Name": "VariantName", "Value": "AllTraffic"},
            ],
            StartTime=before,
            EndTime=world.box.now() + timedelta(hours=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points) >= 3

    world.eventually(counted)


def test_what_a_model_prints_is_in_its_log(world: Any, capturing_endpoint: str) -> None:
    world.invoke(capturing_endpoint, "1\n2\n")
    logs = world.box.client("logs")
    group = f"/aws/sagemaker/Endpoints/{capturing_endpoint}"

    def printed() -> bool:
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        names = [stream["logStreamName"] for stream in streams if stream["logStreamName"].startswith("AllTraffic/i-")]
        events = [e for n in names for e in logs.get_log_events(logGroupName=group, logStreamName=n)["events"]]
        return any(event["message"] == "predicting 2" for event in events)

    world.eventually(printed)
