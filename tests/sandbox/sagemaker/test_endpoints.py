"""Models, endpoint configurations, endpoints: what is refused, and how an endpoint changes."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

BROKEN = "import a_module_that_does_not_exist\n"
TRIPLE = """
def model_fn(model_dir):
    return 3

def transform_fn(model, body, content_type, accept):
    return str(model * float(body)), accept
"""


def test_a_model_needs_one_container_description(world: Any) -> None:
    with pytest.raises(ClientError, match="Either PrimaryContainer or Containers must be specified"):
        world.sagemaker.create_model(ModelName=world.unique("m"), ExecutionRoleArn=world.role)
    both = {"PrimaryContainer": {"Image": "i"}, "Containers": [{"Image": "i"}]}
    with pytest.raises(ClientError, match="cannot both be set"):
        world.sagemaker.create_model(ModelName=world.unique("m"), ExecutionRoleArn=world.role, **both)


def test_a_configuration_needs_a_model_that_exists(world: Any) -> None:
    with pytest.raises(ClientError, match="Could not find model"):
        world.make_config(model="gone")


def test_a_configuration_reads_back_with_the_services_defaults(world: Any) -> None:
    capture = world.capture()
    del capture["EnableCapture"]
    name = world.make_config(capture=capture)
    described = world.sagemaker.describe_endpoint_config(EndpointConfigName=name)
    assert described["ProductionVariants"][0]["InitialVariantWeight"] == 1.0
    assert described["EnableNetworkIsolation"] is False
    assert described["DataCaptureConfig"]["EnableCapture"] is True


def test_a_name_cannot_be_used_twice(world: Any, capturing_endpoint: str) -> None:
    config = world.sagemaker.describe_endpoint(EndpointName=capturing_endpoint)["EndpointConfigName"]
    variant = {"VariantName": "v", "ModelName": world.make_model(), "InstanceType": "ml.m5.large"}
    with pytest.raises(ClientError, match='Cannot create already existing endpoint configuration "arn:'):
        world.sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[variant])
    with pytest.raises(ClientError, match='Cannot create already existing endpoint "arn:'):
        world.sagemaker.create_endpoint(EndpointName=capturing_endpoint, EndpointConfigName=config)


def test_an_endpoint_tells_what_it_captures(world: Any, capturing_endpoint: str) -> None:
    described = world.sagemaker.describe_endpoint(EndpointName=capturing_endpoint)
    assert described["EndpointStatus"] == "InService"
    assert described["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{world.bucket}/capture",
    }


def test_an_endpoint_of_a_model_that_does_not_load_fails_with_the_reason(world: Any) -> None:
    name = world.make_endpoint(world.make_config(world.make_model(BROKEN)))
    described = world.sagemaker.describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert "ModuleNotFoundError: No module named 'a_module_that_does_not_exist'" in described["FailureReason"]
    world.sagemaker.delete_endpoint(EndpointName=name)


def test_an_endpoint_whose_role_cannot_read_the_model_fails_with_the_reason(world: Any) -> None:
    name = world.make_endpoint(world.make_config(world.make_model(role=world.make_role("logs:*"))))
    described = world.sagemaker.describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"].startswith("Could not access model data at s3://")
    assert "403" in described["FailureReason"]
    world.sagemaker.delete_endpoint(EndpointName=name)


def test_an_update_swaps_model_and_capture(world: Any) -> None:
    endpoint = world.make_endpoint()
    assert world.invoke(endpoint, "1\n") == "2.0"
    new = world.make_config(world.make_model(TRIPLE), capture=world.capture(InitialSamplingPercentage=50))
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=new)
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=new)
    described = world.settled(endpoint)
    assert described["EndpointConfigName"] == new
    assert described["DataCaptureConfig"]["CurrentSamplingPercentage"] == 50
    assert world.invoke(endpoint, "1\n") == "3.0"
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


@pytest.mark.parametrize(
    ("excluded", "sampling"), [([], 100), ([{"VariantPropertyType": "DataCaptureConfig"}], 50)], ids=["kept", "taken"]
)
def test_retained_properties_include_the_capture_unless_excluded(
    world: Any, excluded: list[dict[str, str]], sampling: int
) -> None:
    endpoint = world.make_endpoint()
    new = world.make_config(capture=world.capture(InitialSamplingPercentage=50))
    world.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=new,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=excluded,
    )
    assert world.settled(endpoint)["DataCaptureConfig"]["CurrentSamplingPercentage"] == sampling
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_failed_update_leaves_the_old_model_serving(world: Any) -> None:
    endpoint = world.make_endpoint()
    old = world.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    world.sagemaker.update_endpoint(
        EndpointName=endpoint, EndpointConfigName=world.make_config(world.make_model(BROKEN))
    )
    described = world.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert "a_module_that_does_not_exist" in described["FailureReason"]
    assert world.invoke(endpoint, "1\n") == "2.0"
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_deleted_endpoint_is_gone_and_no_longer_answers(world: Any) -> None:
    endpoint = world.make_endpoint()
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
    world.sagemaker.get_waiter("endpoint_deleted").wait(
        EndpointName=endpoint, WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    with pytest.raises(ClientError, match=f"Endpoint {endpoint} of account 000000000000 not found"):
        world.invoke(endpoint)


def test_weights_and_counts_change_without_a_new_configuration_and_are_retained(world: Any) -> None:
    endpoint = world.make_endpoint()
    config = world.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    wanted = {"VariantName": "AllTraffic", "DesiredWeight": 0.25, "DesiredInstanceCount": 3}
    world.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[wanted])
    (variant,) = world.settled(endpoint)["ProductionVariants"]
    assert (variant["CurrentWeight"], variant["CurrentInstanceCount"]) == (0.25, 3)
    assert world.settled(endpoint)["EndpointConfigName"] == config
    world.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=world.make_config(),
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredInstanceCount"}],
    )
    described = world.settled(endpoint)
    (variant,) = described["ProductionVariants"]
    assert (variant["DesiredWeight"], variant["DesiredInstanceCount"]) == (0.25, 1)
    assert described["DataCaptureConfig"]["EnableCapture"] is True
    unknown = {"VariantName": "Other", "DesiredWeight": 1}
    with pytest.raises(ClientError, match="has no variant Other"):
        world.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=endpoint, DesiredWeightsAndCapacities=[unknown]
        )
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_deployment_configuration_is_shown_and_can_be_retained(world: Any) -> None:
    endpoint = world.make_endpoint()
    policy = {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 60}}
    deployment = {"BlueGreenUpdatePolicy": policy}
    world.sagemaker.update_endpoint(
        EndpointName=endpoint, EndpointConfigName=world.make_config(), DeploymentConfig=deployment
    )
    assert world.settled(endpoint)["LastDeploymentConfig"] == deployment
    update = {"EndpointName": endpoint, "EndpointConfigName": world.make_config(), "RetainDeploymentConfig": True}
    with pytest.raises(ClientError, match="DeploymentConfig cannot be set"):
        world.sagemaker.update_endpoint(**update, DeploymentConfig=deployment)
    world.sagemaker.update_endpoint(**update)
    assert world.settled(endpoint)["LastDeploymentConfig"] == deployment
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=world.make_config())
    assert "LastDeploymentConfig" not in world.settled(endpoint)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
