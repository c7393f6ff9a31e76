"""The four kinds of job definition: immutable, with the service's defaults, tied to what they refer to."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

TYPES = ("data_quality", "model_quality", "model_bias", "model_explainability")


def definition_of(world: Any, kind: str, endpoint: str) -> dict[str, Any]:
    """A Create request of one kind."""
    data_quality = world.definition(endpoint)
    prefix = "".join(part.title() for part in kind.split("_"))
    specification: dict[str, Any] = {"ImageUri": world.analyzer}
    source = dict(data_quality["DataQualityJobInput"])
    if kind in ("model_bias", "model_explainability"):
        specification["ConfigUri"] = f"s3://{world.bucket}/config.json"
    if kind == "model_quality":
        specification["ProblemType"] = "BinaryClassification"
    if kind in ("model_quality", "model_bias"):
        source["GroundTruthS3Input"] = {"S3Uri": f"s3://{world.bucket}/truth"}
    return {
        "JobDefinitionName": world.unique("Definition"),
        f"{prefix}AppSpecification": specification,
        f"{prefix}JobInput": source,
        f"{prefix}JobOutputConfig": data_quality["DataQualityJobOutputConfig"],
        "JobResources": data_quality["JobResources"],
        "NetworkConfig": {"EnableNetworkIsolation": True},
        "RoleArn": world.role,
    }


@pytest.mark.parametrize("kind", TYPES)
def test_every_kind_is_created_described_listed_and_deleted(world: Any, capturing_endpoint: str, kind: str) -> None:
    request = definition_of(world, kind, capturing_endpoint)
    name = request["JobDefinitionName"]

    def call(verb: str, suffix: str = "", **members: Any) -> Any:
        return getattr(world.sagemaker, f"{verb}_{kind}_job_definition{suffix}")(**members)

    arn = call("create", **request)["JobDefinitionArn"]
    assert arn.endswith(f":{kind.replace('_', '-')}-job-definition/{name.lower()}")
    described = call("describe", JobDefinitionName=name)
    assert described["JobDefinitionName"] == name
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    flags = {"EnableInterContainerTrafficEncryption": False, "EnableNetworkIsolation": True}
    assert described["NetworkConfig"] == flags
    prefix = "".join(part.title() for part in kind.split("_"))
    source = described[f"{prefix}JobInput"]["EndpointInput"]
    assert (source["S3InputMode"], source["S3DataDistributionType"]) == ("File", "FullyReplicated")
    output = described[f"{prefix}JobOutputConfig"]["MonitoringOutputs"][0]["S3Output"]
    assert output["S3UploadMode"] == "EndOfJob"
    listed = call("list", "s", NameContains=name, EndpointName=capturing_endpoint)["JobDefinitionSummaries"]
    assert [(item["MonitoringJobDefinitionName"], item["EndpointName"]) for item in listed] == [
        (name, capturing_endpoint)
    ]
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse):
        call("create", **request)
    call("delete", JobDefinitionName=name)
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        call("describe", JobDefinitionName=name)


def test_the_endpoint_must_exist(world: Any) -> None:
    with pytest.raises(ClientError, match="Could not find endpoint"):
        world.make_definition("gone")


def test_the_endpoint_must_capture(world: Any) -> None:
    endpoint = world.make_endpoint(world.make_config())
    with pytest.raises(ClientError, match="does not have data capture enabled"):
        world.make_definition(endpoint)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_exactly_one_input_is_wanted(world: Any, capturing_endpoint: str) -> None:
    batch = {
        "DataCapturedDestinationS3Uri": f"s3://{world.bucket}/batch",
        "DatasetFormat": {"Csv": {"Header": True}},
        "LocalPath": "/opt/ml/processing/input",
    }
    both = {**world.definition(capturing_endpoint)["DataQualityJobInput"], "BatchTransformInput": batch}
    with pytest.raises(ClientError, match="Exactly one of EndpointInput and BatchTransformInput"):
        world.make_definition(capturing_endpoint, DataQualityJobInput=both)
    with pytest.raises(ClientError, match="Exactly one of EndpointInput and BatchTransformInput"):
        world.make_definition(capturing_endpoint, DataQualityJobInput={})


def test_batch_transform_needs_no_endpoint(world: Any) -> None:
    batch = {
        "DataCapturedDestinationS3Uri": f"s3://{world.bucket}/batch",
        "DatasetFormat": {"Parquet": {}},
        "LocalPath": "/opt/ml/processing/input",
    }
    name = world.make_definition("unused", DataQualityJobInput={"BatchTransformInput": batch})
    described = world.sagemaker.describe_data_quality_job_definition(JobDefinitionName=name)
    assert described["DataQualityJobInput"]["BatchTransformInput"]["DatasetFormat"] == {"Parquet": {}}


def test_a_definition_that_a_schedule_uses_stays(world: Any, capturing_endpoint: str) -> None:
    definition = world.make_definition(capturing_endpoint)
    schedule = world.make_schedule(definition)
    with pytest.raises(ClientError, match="is in use by monitoring schedule"):
        world.sagemaker.delete_data_quality_job_definition(JobDefinitionName=definition)
    world.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    world.sagemaker.delete_data_quality_job_definition(JobDefinitionName=definition)
