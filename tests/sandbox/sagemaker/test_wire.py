"""What a client sees whatever it calls: errors, tags, lists."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


def code_and_message(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    details = error.value.response["Error"]
    return details["Code"], details["Message"]


@pytest.mark.parametrize(
    ("operation", "request_", "code", "prefix"),
    [
        ("describe_model", {"ModelName": "Gone"}, "ValidationException", "Could not find model"),
        ("delete_model", {"ModelName": "Gone"}, "ValidationException", "Could not find model"),
        (
            "describe_endpoint_config",
            {"EndpointConfigName": "Gone"},
            "ValidationException",
            'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/gone"',
        ),
        (
            "describe_endpoint",
            {"EndpointName": "Gone"},
            "ValidationException",
            'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/gone"',
        ),
        (
            "describe_processing_job",
            {"ProcessingJobName": "Gone"},
            "ValidationException",
            "Could not find requested job",
        ),
        ("stop_processing_job", {"ProcessingJobName": "Gone"}, "ValidationException", "Could not find requested job"),
        (
            "describe_monitoring_schedule",
            {"MonitoringScheduleName": "Gone"},
            "ResourceNotFound",
            "Monitoring Schedule arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/gone not found",
        ),
        ("delete_monitoring_schedule", {"MonitoringScheduleName": "Gone"}, "ResourceNotFound", "Monitoring Schedule"),
        ("describe_data_quality_job_definition", {"JobDefinitionName": "Gone"}, "ResourceNotFound", "Data Quality"),
        ("delete_model_quality_job_definition", {"JobDefinitionName": "Gone"}, "ResourceNotFound", "Model Quality"),
        ("describe_model_bias_job_definition", {"JobDefinitionName": "Gone"}, "ResourceNotFound", "Model Bias"),
        (
            "delete_model_explainability_job_definition",
            {"JobDefinitionName": "Gone"},
            "ResourceNotFound",
            "Model Explainability",
        ),
    ],
)
def test_what_is_missing_is_missed_as_on_aws(
    world: Any, operation: str, request_: dict[str, str], code: str, prefix: str
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(world.sagemaker, operation)(**request_)
    got_code, message = code_and_message(error)
    assert got_code == code
    assert message.startswith(prefix)


def test_missing_resources_raise_the_modelled_exception(world: Any) -> None:
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName="Gone")


def test_a_request_is_validated_by_the_server_too(world: Any) -> None:
    with pytest.raises(ClientError) as error:
        world.unchecked.describe_model(ModelName="no spaces")
    code, message = code_and_message(error)
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value 'no spaces' at 'modelName'")


def test_null_is_as_good_as_absent(world: Any) -> None:
    with pytest.raises(ClientError, match="Value null at 'modelName'"):
        world.unchecked.describe_model(ModelName=None)
    assert "MonitoringScheduleSummaries" in world.unchecked.list_monitoring_schedules(NameContains=None, SortBy=None)


def test_an_operation_that_is_not_served_says_what_is(world: Any) -> None:
    with pytest.raises(ClientError) as error:
        world.sagemaker.list_training_jobs()
    code, message = code_and_message(error)
    assert code == "UnknownOperationException"
    assert "the sandbox does not serve ListTrainingJobs: the sandbox is an embedded AWS for Model Monitor" in message


def test_names_are_taken_without_regard_to_case_but_found_with_it(world: Any) -> None:
    name = world.make_model()
    description = world.sagemaker.describe_model(ModelName=name)
    assert description["ModelArn"].endswith(f":model/{name.lower()}")
    with pytest.raises(ClientError, match="Cannot create already existing model"):
        world.sagemaker.create_model(
            ModelName=name.upper(), ExecutionRoleArn=world.role, PrimaryContainer={"Image": "image"}
        )
    with pytest.raises(ClientError, match="Could not find model"):
        world.sagemaker.describe_model(ModelName=name.upper())


def test_tags_are_added_replaced_listed_and_removed(world: Any) -> None:
    arn = world.sagemaker.describe_model(ModelName=world.make_model())["ModelArn"]
    world.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "risk"}, {"Key": "env", "Value": "dev"}])
    answer = world.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "env", "Value": "prod"}])
    expected = [{"Key": "team", "Value": "risk"}, {"Key": "env", "Value": "prod"}]
    assert answer["Tags"] == expected
    pages = world.sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn, PaginationConfig={"PageSize": 50})
    assert [tag for page in pages for tag in page["Tags"]] == expected
    world.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team", "unknown"])
    assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "env", "Value": "prod"}]


def test_tags_of_nothing_are_refused(world: Any) -> None:
    arn = "arn:aws:sagemaker:us-east-1:000000000000:model/gone"
    with pytest.raises(ClientError, match="Could not find resource"):
        world.sagemaker.list_tags(ResourceArn=arn)


def test_lists_are_paged(world: Any) -> None:
    prefix = world.unique("paged")
    for number in range(3):
        world.sagemaker.create_model(
            ModelName=f"{prefix}-{number}", ExecutionRoleArn=world.role, PrimaryContainer={"Image": "image"}
        )
    pages = world.sagemaker.get_paginator("list_models").paginate(
        NameContains=prefix, SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    assert [[model["ModelName"] for model in page["Models"]] for page in pages] == [
        [f"{prefix}-0", f"{prefix}-1"],
        [f"{prefix}-2"],
    ]
