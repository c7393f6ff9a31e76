"""CloudFormation's schemas: what they accept, and the request that comes of it."""

from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from sandbox.sagemaker.provisioning.schema import SCHEMAS, SchemaError, TypeSchema

BY_NAME = {schema.type_name.rsplit("::", 1)[-1]: schema for schema in SCHEMAS}


def registry(schema: TypeSchema) -> dict[str, Any]:
    """The type's schema in the CloudFormation registry, as cfn-lint ships it."""
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", schema.type_name).schema
    return found


def resolved(root: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = root["definitions"][node["$ref"].rsplit("/", 1)[-1]]
    return node


def differences(schema: TypeSchema, root: dict[str, Any], node: dict[str, Any], shape: Shape, member: str) -> list[str]:
    """Where our rules and the registry's schema accept different members."""
    node = resolved(root, node)
    if isinstance(shape, ListShape):
        return differences(schema, root, node["items"], shape.member, member)
    if not isinstance(shape, StructureShape) or "properties" not in node:
        return []
    theirs = set(node["properties"])
    ours = set(shape.members) - schema.absent.get(member, set())
    if not member:
        ours |= schema.only_here
        theirs -= {path.rsplit("/", 1)[-1] for path in root["readOnlyProperties"]}
    found = [f"{member}.{name}" for name in sorted(ours ^ theirs)]
    for name in sorted(ours & theirs & set(shape.members)):
        found += differences(schema, root, node["properties"][name], shape.members[name], name)
    return found


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.type_name)
def test_accepts_the_properties_of_the_registry_and_no_others(schema: TypeSchema) -> None:
    root = registry(schema)
    assert differences(schema, root, root, schema.shape, "") == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.type_name)
def test_replaces_what_the_registry_calls_create_only(schema: TypeSchema) -> None:
    create_only = {path.rsplit("/", 1)[-1] for path in registry(schema)["createOnlyProperties"]}
    assert schema.properties - schema.updatable == create_only


def definition(**changes: Any) -> dict[str, Any]:
    return {
        "DataQualityAppSpecification": {"ImageUri": "image", "Environment": {"a": 1, "b": True}},
        "DataQualityJobInput": {"EndpointInput": {"EndpointName": "e", "LocalPath": "/opt/ml/processing/input"}},
        "DataQualityJobOutputConfig": {
            "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/output"}}]
        },
        "JobResources": {
            "ClusterConfig": {"InstanceCount": "1", "InstanceType": "ml.m5.large", "VolumeSizeInGB": "20"}
        },
        "NetworkConfig": {"EnableNetworkIsolation": "false"},
        "RoleArn": "arn:aws:iam::000000000000:role/role",
        **changes,
    }


def test_strings_become_what_the_api_wants() -> None:
    request = BY_NAME["DataQualityJobDefinition"].to_request(definition())
    assert request["JobResources"]["ClusterConfig"] == {
        "InstanceCount": 1,
        "InstanceType": "ml.m5.large",
        "VolumeSizeInGB": 20,
    }
    assert request["NetworkConfig"] == {"EnableNetworkIsolation": False}
    assert request["DataQualityAppSpecification"]["Environment"] == {"a": "1", "b": "true"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"Parquet": True}, {"Parquet": {}}),
        ({"Csv": {"Header": "true"}, "Parquet": "false"}, {"Csv": {"Header": True}}),
    ],
)
def test_parquet_is_a_boolean_here_and_an_object_in_the_api(given: dict[str, Any], sent: dict[str, Any]) -> None:
    batch = {
        "DataCapturedDestinationS3Uri": "s3://b/k",
        "LocalPath": "/opt/ml/processing/input",
        "DatasetFormat": given,
    }
    request = BY_NAME["DataQualityJobDefinition"].to_request(
        definition(DataQualityJobInput={"BatchTransformInput": batch})
    )
    assert request["DataQualityJobInput"]["BatchTransformInput"]["DatasetFormat"] == sent


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"Color": "red"}, r"#: extraneous key \[Color\] is not permitted"),
        (
            {
                "DataQualityJobInput": {
                    "EndpointInput": {"EndpointName": "e", "LocalPath": "/x", "InferenceAttribute": "0"}
                }
            },
            r"#/DataQualityJobInput/EndpointInput: extraneous key \[InferenceAttribute\] is not permitted",
        ),
        (
            {"JobResources": {"ClusterConfig": {"InstanceCount": "one", "InstanceType": "t", "VolumeSizeInGB": 1}}},
            "#/JobResources/ClusterConfig/InstanceCount: expected type: Integer, found: String",
        ),
        ({"JobResources": {}}, r"#/JobResources: required key \[ClusterConfig\] not found"),
        ({"JobResources": []}, "#/JobResources: expected type: JSONObject, found: JSONArray"),
        ({"Tags": {}}, "#/Tags: expected type: JSONArray, found: JSONObject"),
        ({"RoleArn": {}}, "#/RoleArn: expected type: String, found: JSONObject"),
    ],
)
def test_misfits_are_named_with_their_place(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SchemaError, match=complaint):
        BY_NAME["DataQualityJobDefinition"].to_request(definition(**changes))


def test_only_schedules_need_a_name() -> None:
    with pytest.raises(SchemaError, match=r"required key \[MonitoringScheduleName\] not found"):
        BY_NAME["MonitoringSchedule"].to_request({"MonitoringScheduleConfig": {}})
    assert "JobDefinitionName" not in BY_NAME["DataQualityJobDefinition"].to_request(definition())
