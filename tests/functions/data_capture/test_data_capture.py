"""Capture of a live endpoint is turned on and off by the handlers; the endpoint serves all the time."""

import json

import pytest
from botocore.exceptions import ClientError

from data_capture.errors import CaptureError
from tests.functions.framework import Framework

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 50,
    "DestinationS3Uri": "s3://out/capture/",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}
VARIANT = {"VariantName": "AllTraffic", "ModelName": "credit", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
NO_MODEL = 'Could not find model "arn:aws:sagemaker:us-east-1:111122223333:model/credit".'
KMS_KEY = "arn:aws:kms:us-east-1:111122223333:key/k"


class Stack(Framework):
    def properties_with(self, **changes):
        capture = {**CAPTURE, **changes.pop("capture", {})}
        texts = {"EndpointName": "credit", "NamePrefix": "prod-capture", "DataCaptureConfig": json.dumps(capture)}
        return {**texts, **changes}

    def begin(self, request_type, properties, *, age=0):
        self.age = age
        return super().begin(request_type, properties)

    def run(self, request_type, properties=None):
        return super().run(request_type, properties or self.properties_with())


@pytest.fixture
def stack(aws):
    aws.models["credit"] = {"PrimaryContainer": {"Image": "i"}}
    aws.endpoint_configs["credit-1"] = {
        "EndpointConfigName": "credit-1",
        "ProductionVariants": [VARIANT],
        "KmsKeyId": KMS_KEY,
    }
    aws.tags[arn("credit-1")] = {"team": "risk", "aws:cloudformation:stack-name": "serving"}
    aws.endpoints["credit"] = {"EndpointConfigName": "credit-1", "EndpointStatus": "InService"}
    return Stack("Custom::EndpointDataCapture")


def arn(name):
    return f"arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/{name}"


def current(aws):
    return aws.endpoints["credit"]["EndpointConfigName"]


def test_the_endpoint_goes_over_to_a_copy_with_capture(stack, aws):
    data = stack.run("Create")
    copy = aws.endpoint_configs[current(aws)]
    assert current(aws).startswith("prod-capture-")
    assert copy["ProductionVariants"] == [VARIANT]
    assert copy["KmsKeyId"] == KMS_KEY
    assert copy["DataCaptureConfig"] == CAPTURE
    assert data == {"CaptureUri": "s3://out/capture/credit", "EndpointName": "credit"}


def test_live_numbers_and_weights_are_kept(stack, aws):
    stack.run("Create")
    assert aws.endpoints["credit"]["options"] == {
        "RetainAllVariantProperties": True,
        "RetainDeploymentConfig": True,
        "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DataCaptureConfig"}],
    }


def test_the_copy_names_the_original_and_keeps_the_user_s_tags(stack, aws):
    stack.run("Create")
    tags = aws.tags[arn(current(aws))]
    assert tags["model-monitor:original-endpoint-config"] == "credit-1"
    assert tags["team"] == "risk"
    assert not any(key.startswith("aws:") for key in tags)


def test_delete_puts_the_original_back_and_removes_the_copy(stack, aws):
    stack.run("Create")
    stack.run("Delete")
    assert current(aws) == "credit-1"
    assert list(aws.endpoint_configs) == ["credit-1"]


def test_a_request_that_comes_again_changes_nothing(stack, aws):
    stack.run("Create")
    stack.poll()
    assert aws.count("UpdateEndpoint") == 1
    assert aws.count("CreateEndpointConfig") == 1


def test_another_sampling_replaces_the_copy_and_remembers_the_original(stack, aws):
    stack.run("Create")
    first, physical_id = current(aws), stack.physical_id
    stack.run("Update", stack.properties_with(capture={"InitialSamplingPercentage": 100}))
    assert stack.physical_id == physical_id
    assert set(aws.endpoint_configs) == {"credit-1", current(aws)} != {"credit-1", first}
    stack.run("Delete")
    assert current(aws) == "credit-1"


def test_an_endpoint_that_was_updated_by_others_gets_capture_again(stack, aws):
    stack.run("Create")
    aws.endpoint_configs["credit-2"] = {"EndpointConfigName": "credit-2", "ProductionVariants": [VARIANT]}
    aws.endpoints["credit"]["EndpointConfigName"] = "credit-2"
    stack.run("Update")
    assert aws.tags[arn(current(aws))]["model-monitor:original-endpoint-config"] == "credit-2"


def test_another_endpoint_is_another_resource(stack, aws):
    first = stack.begin("Create", stack.properties_with())["PhysicalResourceId"]
    aws.endpoints["fraud"] = {"EndpointConfigName": "credit-1", "EndpointStatus": "InService"}
    assert stack.begin("Update", stack.properties_with(EndpointName="fraud"))["PhysicalResourceId"] != first


def test_a_change_that_is_under_way_is_waited_out(stack, aws):
    aws.endpoints["credit"]["EndpointStatus"] = "Updating"
    stack.begin("Create", stack.properties_with())
    assert stack.poll() == {"IsComplete": False}
    aws.endpoints["credit"]["EndpointStatus"] = "InService"
    assert stack.poll() == {"IsComplete": False}
    assert stack.poll() == {"IsComplete": False}
    assert stack.poll()["IsComplete"]


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeEndpoint",
        "DescribeEndpointConfig",
        "DescribeModel",
        "ListTags",
        "CreateEndpointConfig",
        "UpdateEndpoint",
        "AddTags",
        "ListEndpointConfigs",
    ],
)
def test_a_fresh_role_may_be_refused_at_every_step(stack, aws, operation):
    aws.fail(operation, "AccessDeniedException", "is not authorized to perform")
    stack.run("Create")
    assert current(aws).startswith("prod-capture-")
    assert set(aws.endpoint_configs) == {"credit-1", current(aws)}


def test_a_request_is_accepted_without_a_call_to_aws(stack, aws):
    assert stack.accept(stack.request("Create", stack.properties_with()))["PhysicalResourceId"].startswith("credit-")
    assert aws.calls == []


def test_an_endpoint_that_is_out_of_reach_does_not_keep_a_stack_from_being_deleted(stack, aws):
    stack.run("Create")
    aws.fail("DescribeEndpoint", "AccessDeniedException", "is not authorized to perform", times=9)
    stack.run("Delete")


def test_capture_that_may_not_be_turned_off_is_told(stack, aws):
    stack.run("Create")
    aws.fail("UpdateEndpoint", "AccessDeniedException", "is not authorized to perform", times=9)
    with pytest.raises(CaptureError, match="endpoint credit cannot be updated to configuration credit-1"):
        stack.run("Delete")


def test_throttling_is_waited_out(stack, aws):
    aws.fail("UpdateEndpoint", "ThrottlingException")
    stack.run("Create")
    assert current(aws).startswith("prod-capture-")


def test_waiting_ends_with_the_state_of_the_endpoint(stack, aws):
    aws.endpoints["credit"]["EndpointStatus"] = "Updating"
    with pytest.raises(
        CaptureError, match="endpoint credit is still Updating after 52 minutes; wait until it is InService"
    ):
        stack.begin("Create", stack.properties_with(), age=52 * 60 + 1)


def test_an_update_that_sagemaker_takes_back_fails_once_and_is_rolled_back(stack, aws):
    aws.fail_updates = True
    stack.begin("Create", stack.properties_with())
    assert stack.poll() == {"IsComplete": False}
    with pytest.raises(
        CaptureError, match=r"took the update .* back \(the container did not pass .*; it serves with cre"
    ):
        stack.poll()
    stack.run("Delete")
    assert current(aws) == "credit-1"
    assert list(aws.endpoint_configs) == ["credit-1"]


def test_a_refused_update_leaves_no_configuration(stack, aws):
    aws.fail("UpdateEndpoint", "AccessDeniedException", "not authorized to perform: sagemaker:UpdateEndpoint")
    with pytest.raises(CaptureError, match=r"cannot be updated .* not authorized"):
        stack.begin("Create", stack.properties_with(), age=121)
    assert list(aws.endpoint_configs) == ["credit-1"]


SERVERLESS = {**VARIANT, "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}}
COMPONENTS = {key: value for key, value in VARIANT.items() if key != "ModelName"}


@pytest.mark.parametrize(
    ("config", "model", "words"),
    [
        ({"ProductionVariants": [SERVERLESS]}, {}, "is serverless"),
        ({"AsyncInferenceConfig": {"OutputConfig": {}}}, {}, "is asynchronous"),
        ({}, {"PrimaryContainer": {"Mode": "MultiModel"}}, "hosts several models"),
        ({}, {"Containers": [{"Mode": "MultiModel"}]}, "hosts several models"),
        ({"ProductionVariants": [COMPONENTS]}, {}, "hosts several models"),
    ],
)
def test_what_model_monitor_cannot_watch_is_refused_before_anything_changes(stack, aws, config, model, words):
    aws.endpoint_configs["credit-1"] |= config
    aws.models["credit"] |= model
    with pytest.raises(CaptureError, match=words):
        stack.begin("Create", stack.properties_with())
    assert aws.count("CreateEndpointConfig") == aws.count("UpdateEndpoint") == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"EndpointName": ""}, "EndpointName: got ''"),
        ({"DataCaptureConfig": "{"}, "DataCaptureConfig: got '{', expected JSON"),
        ({"DataCaptureConfig": "{}"}, "expected an object with DestinationS3Uri"),
        ({"EndpointName": "unknown"}, "endpoint unknown does not exist"),
    ],
)
def test_mistakes_are_explained(stack, changes, words):
    with pytest.raises(CaptureError, match=words):
        stack.begin("Create", stack.properties_with(**changes))


def test_an_endpoint_out_of_service_is_refused(stack, aws):
    aws.endpoints["credit"] |= {"EndpointStatus": "Failed", "FailureReason": "no capacity"}
    with pytest.raises(CaptureError, match=r"is Failed, expected InService \(no capacity\)"):
        stack.begin("Create", stack.properties_with())


def test_an_endpoint_of_the_wrong_kind_is_not_asked_to_be_mended_first(stack, aws):
    aws.endpoints["credit"] |= {"EndpointStatus": "Failed", "FailureReason": "no capacity"}
    aws.models["credit"] |= {"PrimaryContainer": {"Mode": "MultiModel"}}
    with pytest.raises(CaptureError, match="hosts several models"):
        stack.begin("Create", stack.properties_with())


def test_an_endpoint_that_failed_because_its_model_is_gone_is_refused_with_its_own_reason(stack, aws):
    aws.endpoints["credit"] |= {"EndpointStatus": "Failed", "FailureReason": "the model data could not be read"}
    aws.fail("DescribeModel", "ValidationException", NO_MODEL)
    with pytest.raises(CaptureError, match=r"is Failed, expected InService \(the model data could not be read\)"):
        stack.begin("Create", stack.properties_with())


def test_a_configuration_whose_model_is_gone_cannot_be_copied(stack, aws):
    aws.fail("DescribeModel", "ValidationException", NO_MODEL)
    aws.fail("CreateEndpointConfig", "ValidationException", NO_MODEL)
    with pytest.raises(CaptureError, match=r"configuration credit-1 cannot be copied: Could not find model .*; create"):
        stack.begin("Create", stack.properties_with())


def test_a_configuration_that_is_gone_cannot_be_copied(stack, aws):
    aws.endpoint_configs.clear()
    with pytest.raises(CaptureError, match="configuration credit-1 of endpoint credit was deleted"):
        stack.begin("Create", stack.properties_with())


def test_delete_leaves_an_endpoint_that_moved_on_alone(stack, aws):
    stack.run("Create")
    aws.endpoints["credit"]["EndpointConfigName"] = "credit-2"
    aws.endpoint_configs["credit-2"] = {"EndpointConfigName": "credit-2", "ProductionVariants": [VARIANT]}
    stack.run("Delete")
    assert current(aws) == "credit-2"
    assert set(aws.endpoint_configs) == {"credit-1", "credit-2"}
    assert aws.count("UpdateEndpoint") == 1


def test_delete_of_an_endpoint_that_is_gone_removes_the_copy(stack, aws):
    stack.run("Create")
    del aws.endpoints["credit"]
    stack.run("Delete")
    assert list(aws.endpoint_configs) == ["credit-1"]


def test_delete_without_an_original_still_ends_capture(stack, aws):
    stack.run("Create")
    del aws.endpoint_configs["credit-1"]
    stack.run("Delete")
    assert "DataCaptureConfig" not in aws.endpoint_configs[current(aws)]
    assert list(aws.endpoint_configs) == [current(aws)]


def test_delete_that_sagemaker_takes_back_says_so(stack, aws):
    stack.run("Create")
    aws.fail_updates = True
    with pytest.raises(CaptureError, match="took the update of endpoint credit to configuration credit-1 back"):
        stack.run("Delete")


def test_configurations_of_others_are_never_deleted(stack, aws):
    for name in ("prod-capture-of-mine", "prod-capture-00000000-00000000"):
        aws.endpoint_configs[name] = {"EndpointConfigName": name, "ProductionVariants": [VARIANT]}
    stack.run("Create")
    stack.run("Delete")
    assert set(aws.endpoint_configs) == {"credit-1", "prod-capture-of-mine", "prod-capture-00000000-00000000"}


@pytest.mark.parametrize("operation", ["DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel"])
def test_what_may_not_be_looked_at_is_an_error(stack, aws, operation):
    aws.fail(operation, "AccessDeniedException", times=9)
    with pytest.raises(ClientError, match="AccessDenied"):
        stack.begin("Create", stack.properties_with(), age=121)
