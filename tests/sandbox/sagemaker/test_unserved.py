"""What the sandbox does not do: refused with AWS's shape, what the sandbox is for, and the way on."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

ASYNC = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}}


def config_of(world: Any, variant: dict[str, Any], **members: Any) -> None:
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=world.unique("config"), ProductionVariants=[{"VariantName": "v", **variant}], **members
    )


@pytest.mark.parametrize(
    ("operation", "request_", "words"),
    [
        ("create_experiment", {"ExperimentName": "e"}, "it keeps no experiments. Instead: leave out what logs the run"),
        ("create_trial_component", {"TrialComponentName": "t"}, "it keeps no experiments"),
        ("list_pipelines", {}, "it runs no SageMaker Pipelines. Instead: make the calls of the pipeline's steps"),
        (
            "describe_training_job",
            {"TrainingJobName": "j"},
            "it does not train. Instead: train elsewhere, put model.tar",
        ),
        ("list_feature_groups", {}, "it has no Feature Store. Instead: put the data set into S3"),
        ("list_domains", {}, "jobs and monitoring. It serves AddTags, "),
    ],
)
def test_other_parts_of_sagemaker_say_what_the_sandbox_is_for(
    world: Any, operation: str, request_: dict[str, str], words: str
) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(world.sagemaker, operation)(**request_)
    error: dict[str, Any] = dict(raised.value.response)
    assert error["Error"]["Code"] == "UnknownOperationException"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "the sandbox is an embedded AWS for Model Monitor: models, endpoints" in error["Error"]["Message"]
    assert words in error["Error"]["Message"]


def test_asynchronous_endpoints_are_refused_and_batch_transform_is_named(world: Any) -> None:
    variant = {"ModelName": world.make_model(), "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    with pytest.raises(
        ClientError, match=r"does not host asynchronous endpoints.*score the files with CreateTransform"
    ):
        config_of(world, variant, **ASYNC)


def test_multi_model_endpoints_are_refused_because_model_monitor_does_not_support_them(world: Any) -> None:
    name = world.unique("many")
    container = {"Image": "sklearn:1", "Mode": "MultiModel", "ModelDataUrl": f"s3://{world.bucket}/models/"}
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer=container)
    with pytest.raises(ClientError, match="a multi-model container, which Model Monitor does not support") as raised:
        config_of(world, {"ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1})
    assert raised.value.response["Error"]["Code"] == "ValidationException"


def test_serverless_endpoints_do_not_capture(world: Any) -> None:
    variant = {"ModelName": world.make_model(), "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}
    with pytest.raises(ClientError, match=r"not supported for serverless endpoints \(variant v\)"):
        config_of(world, variant, DataCaptureConfig=world.capture())


@pytest.mark.parametrize("member", ["TargetModel", "TargetContainerHostname"])
def test_a_request_for_one_of_many_is_refused(world: Any, capturing_endpoint: str, member: str) -> None:
    with pytest.raises(ClientError, match=f"{member} is only valid for multi-model and multi-container endpoints"):
        world.invoke(capturing_endpoint, **{member: "x"})


def test_asynchronous_requests_say_what_is_served(world: Any, capturing_endpoint: str) -> None:
    with pytest.raises(ClientError, match=r"serves InvokeEndpoint only, not POST .*/async-invocations") as raised:
        world.runtime.invoke_endpoint_async(
            EndpointName=capturing_endpoint, InputLocation=f"s3://{world.bucket}/in.csv"
        )
    assert raised.value.response["Error"]["Code"] == "UnknownOperationException"
