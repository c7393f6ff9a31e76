"""Inference pipelines: a request passes the containers in order, and what goes in and comes out is captured."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

STEP = """
import os

def model_fn(model_dir):
    return os.environ["STEP"]

def transform_fn(step, body, content_type, accept):
    body = body.decode() if isinstance(body, bytes) else body
    if f"refuse-{step}" in body:
        raise ValueError(f"{step} takes no {body}")
    print("step", step)
    return f"{body}|{step} got {content_type}, is to answer {accept}", f"text/{step}"
"""


def create(world: Any, *steps: str, **options: Any) -> str:
    """A model with a container for each step."""
    name: str = world.unique("pipeline")
    url = world.put("models/pipeline/model.tar.gz", world.archive({"code/inference.py": STEP.encode()}))
    hostnames = options.pop("hostnames", [])
    world.sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=world.role,
        Containers=[
            {"Image": "step:1", "ModelDataUrl": url, "Environment": {"STEP": step}}
            | ({"ContainerHostname": hostnames[n]} if n < len(hostnames) else {})
            for n, step in enumerate(steps)
        ],
        **options,
    )
    return name


@pytest.fixture(scope="module")
def pipeline(session_world: Any) -> str:
    """An endpoint of three containers that captures."""
    config = session_world.make_config(create(session_world, "a", "b", "c"), capture=session_world.capture())
    endpoint: str = session_world.make_endpoint(config)
    return endpoint


def test_a_request_passes_the_containers_in_order_and_its_two_ends_are_captured(world: Any, pipeline: str) -> None:
    answer = world.runtime.invoke_endpoint(
        EndpointName=pipeline, Body="1,2", ContentType="text/csv", Accept="text/plain"
    )
    expected = (
        "1,2|a got text/csv, is to answer text/plain"
        "|b got text/a; charset=utf-8, is to answer text/plain"
        "|c got text/b; charset=utf-8, is to answer text/plain"
    )
    assert (answer["Body"].read().decode(), answer["ContentType"]) == (expected, "text/c; charset=utf-8")
    world.box.wait_until_idle()
    (key,) = world.keys(f"capture/{pipeline}/")
    captured = json.loads(world.read(key))["captureData"]
    assert captured["endpointInput"]["data"] == "1,2"
    assert captured["endpointOutput"]["observedContentType"] == "text/c; charset=utf-8"


def test_the_container_that_fails_is_named_and_those_after_it_are_not_asked(world: Any, pipeline: str) -> None:
    with pytest.raises(
        world.runtime.exceptions.ModelError,
        match=r'server error \(500\) from container-2 with message "b takes no refuse-b',
    ):
        world.invoke(pipeline, "refuse-b")


def test_every_container_has_a_log_stream_of_its_own(world: Any, pipeline: str) -> None:
    world.invoke(pipeline)
    logs, group = world.box.client("logs"), f"/aws/sagemaker/Endpoints/{pipeline}"

    def streams() -> list[str]:
        return [found["logStreamName"] for found in logs.describe_log_streams(logGroupName=group)["logStreams"]]

    world.eventually(lambda: {name.rsplit("/", 1)[-1] for name in streams()} >= {"container-1", "container-3"})
    assert all(name.startswith("AllTraffic/i-") for name in streams())


def test_a_pipeline_transforms_batches(world: Any) -> None:
    place, name = world.unique("batch"), world.unique("Transform")
    world.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=create(world, "a", "b"),
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": world.put(f"{place}/in.csv", "1,2")}},
            "ContentType": "text/csv",
        },
        TransformOutput={"S3OutputPath": f"s3://{world.bucket}/{place}/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    world.box.wait_until_idle()
    accepted = "is to answer application/json"  # what scripts see where the caller accepts anything
    expected = f"1,2|a got text/csv, {accepted}|b got text/a; charset=utf-8, {accepted}"
    assert world.read(f"{place}/out/in.csv.out") == expected


def test_a_container_that_does_not_load_is_named(world: Any) -> None:
    name = world.unique("pipeline")
    urls = [
        world.put(f"models/{name}/{n}.tar.gz", world.archive(files))
        for n, files in enumerate([{"code/inference.py": STEP.encode()}, {}])
    ]
    containers = [{"Image": "step:1", "ModelDataUrl": url, "Environment": {"STEP": "a"}} for url in urls]
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=world.role, Containers=containers)
    endpoint = world.make_endpoint(world.make_config(name))
    reason = world.sagemaker.describe_endpoint(EndpointName=endpoint)["FailureReason"]
    assert reason.startswith("The container-2 container for production variant AllTraffic did not pass the ping")
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


@pytest.mark.parametrize("hostnames", [["one"], ["one", "one"]], ids=["missing", "twice"])
def test_names_of_containers_are_all_given_and_unique(world: Any, hostnames: list[str]) -> None:
    with pytest.raises(ClientError, match="for every container of the inference pipeline or for none, and must be"):
        create(world, "a", "b", hostnames=hostnames)


def test_a_pipeline_has_at_most_fifteen_containers(world: Any) -> None:
    with pytest.raises(ClientError, match=r"at 'containers' failed to satisfy constraint.*equal to 15"):
        create(world, *(["a"] * 16))


def test_containers_that_are_asked_one_by_one_are_refused(world: Any) -> None:
    model = create(world, "a", "b", InferenceExecutionConfig={"Mode": "Direct"})
    endpoint = world.make_endpoint(world.make_config(model))
    assert "Mode=Direct" in world.sagemaker.describe_endpoint(EndpointName=endpoint)["FailureReason"]
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
