"""What CloudFormation's schemas accept, told as differences from the API's shapes, and the way from one to the other.

CloudFormation turns scalars into strings at will; the API's shapes say what they were.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.sagemaker.kinds import ENDPOINT, ENDPOINT_CONFIG, JOB_DEFINITIONS, MODEL, MONITORING_SCHEDULE, Kind
from sandbox.sagemaker.validation import input_shape

_OFFSETS = {"StartTimeOffset", "EndTimeOffset"}
_PROBABILITY = {"ProbabilityAttribute", "ProbabilityThresholdAttribute"}
_WITHOUT_ATTRIBUTES = _OFFSETS | _PROBABILITY | {"FeaturesAttribute", "InferenceAttribute"}
_CONTAINER = {"AdditionalModelDataSources", "ContainerMetricsConfig"}
_JSON_CONTAINERS: dict[type, str] = {dict: "JSONObject", list: "JSONArray"}
_JSON_TYPES = {"integer": "Integer", "long": "Integer", "float": "Number", "double": "Number", "boolean": "Boolean"}


class SchemaError(Exception):
    """Properties that CloudFormation's schema of the type does not accept; each complaint names its place."""


@dataclass(frozen=True)
class TypeSchema:
    """One resource type.

    Args:
        kind: The resource that it makes.
        only_here: Top-level properties that the API's Create call does not have.
        absent: Member name to those of its members that the API has and CloudFormation has not.
        required: Member name to members that only CloudFormation requires; "" is the top level.
        updatable: Properties that change in place; every other change replaces the resource.
    """

    kind: Kind
    only_here: Set[str] = frozenset()
    absent: Mapping[str, Set[str]] = field(default_factory=dict)
    required: Mapping[str, Set[str]] = field(default_factory=dict)
    updatable: Set[str] = frozenset({"Tags"})

    @property
    def type_name(self) -> str:
        """e.g. ``AWS::SageMaker::Model``."""
        return f"AWS::SageMaker::{self.kind.operation}"

    @property
    def shape(self) -> StructureShape:
        """The API's Create request."""
        return input_shape(f"Create{self.kind.operation}")

    @property
    def properties(self) -> set[str]:
        """Every top-level property."""
        return set(self.shape.members) | set(self.only_here)

    def to_request(self, properties: dict[str, Any]) -> dict[str, Any]:
        """The API's request for a template's properties; `only_here` is left out.

        Raises:
            SchemaError: Unknown, missing or wrongly typed properties.
        """
        complaints: list[str] = []
        known = {name: value for name, value in properties.items() if name not in self.only_here}
        request: dict[str, Any] = self._convert(known, self.shape, "#", "", complaints)
        if complaints:
            raise SchemaError("\n".join(complaints))
        return request

    def _convert(self, value: Any, shape: Shape, path: str, member: str, complaints: list[str]) -> Any:
        if member == "Parquet":
            return {}  # a boolean in CloudFormation, an empty object in the API
        expected = _container_type(shape)
        if expected is not None and not isinstance(value, expected):
            complaints.append(f"{path}: expected type: {_JSON_CONTAINERS[expected]}, found: {_found(value)}")
            return value
        if isinstance(shape, StructureShape):
            return self._convert_structure(value, shape, path, member, complaints)
        if isinstance(shape, ListShape):
            return [
                self._convert(item, shape.member, f"{path}/{index}", member, complaints)
                for index, item in enumerate(value)
            ]
        if isinstance(shape, MapShape):
            return {
                key: self._convert(item, shape.value, f"{path}/{key}", "", complaints) for key, item in value.items()
            }
        return _scalar(value, shape, path, complaints)

    def _convert_structure(
        self, value: dict[str, Any], shape: StructureShape, path: str, member: str, complaints: list[str]
    ) -> dict[str, Any]:
        complaints.extend(self._misfits(value, shape, path, member))
        absent = self.absent.get(member, frozenset())
        return {
            name: self._convert(item, shape.members[name], f"{path}/{name}", name, complaints)
            for name, item in value.items()
            if name in shape.members and name not in absent and not (name == "Parquet" and _is_false(item))
        }

    def _misfits(self, value: dict[str, Any], shape: StructureShape, path: str, member: str) -> Iterator[str]:
        absent = self.absent.get(member, frozenset())
        for name in value:
            if name not in shape.members or name in absent:
                yield f"{path}: extraneous key [{name}] is not permitted"
        required = set(shape.required_members) | self.required.get(member, frozenset())
        if path == "#" and self.kind is not MONITORING_SCHEDULE:
            required.discard(self.kind.name_member)  # CloudFormation makes a name up
        for name in sorted(required - set(value)):
            yield f"{path}: required key [{name}] not found"


def _definition(monitoring_type: str, absent: Set[str], required: Mapping[str, Set[str]]) -> TypeSchema:
    return TypeSchema(
        kind=JOB_DEFINITIONS[monitoring_type],
        only_here=frozenset({"EndpointName"}),
        absent={"EndpointInput": absent, "BatchTransformInput": absent},
        required=required,
        updatable=frozenset(),
    )


_GROUND_TRUTH = {"GroundTruthS3Input": {"S3Uri"}}
SCHEMAS = (
    TypeSchema(
        MODEL,
        absent={
            "PrimaryContainer": _CONTAINER,
            "Containers": _CONTAINER,
            "S3DataSource": {"ETag", "ManifestEtag", "ManifestS3Uri"},
        },
        required={"ModelDataSource": {"S3DataSource"}},
    ),
    TypeSchema(
        ENDPOINT_CONFIG,
        absent={"ProductionVariants": {"AcceleratorType"}, "ShadowProductionVariants": {"AcceleratorType"}},
    ),
    TypeSchema(
        ENDPOINT,
        only_here=frozenset(
            {"ExcludeRetainedVariantProperties", "RetainAllVariantProperties", "RetainDeploymentConfig"}
        ),
        required={"AutoRollbackConfiguration": {"Alarms"}, "Alarms": {"AlarmName"}},
        updatable=frozenset(
            {
                "EndpointConfigName",
                "DeploymentConfig",
                "Tags",
                "ExcludeRetainedVariantProperties",
                "RetainAllVariantProperties",
                "RetainDeploymentConfig",
            }
        ),
    ),
    TypeSchema(
        MONITORING_SCHEDULE,
        only_here=frozenset(
            {"EndpointName", "FailureReason", "LastMonitoringExecutionSummary", "MonitoringScheduleStatus"}
        ),
        absent={
            "EndpointInput": _WITHOUT_ATTRIBUTES,
            "BatchTransformInput": _WITHOUT_ATTRIBUTES,
            "BaselineConfig": {"BaseliningJobName"},
        },
        updatable=frozenset(
            {
                "MonitoringScheduleConfig",
                "Tags",
                "EndpointName",
                "FailureReason",
                "LastMonitoringExecutionSummary",
                "MonitoringScheduleStatus",
            }
        ),
    ),
    _definition("DataQuality", _WITHOUT_ATTRIBUTES, {}),
    _definition(
        "ModelQuality",
        {"ExcludeFeaturesAttribute", "FeaturesAttribute"},
        {"ModelQualityAppSpecification": {"ProblemType"}, **_GROUND_TRUTH},
    ),
    _definition("ModelBias", {"ExcludeFeaturesAttribute"}, _GROUND_TRUTH),
    _definition(
        "ModelExplainability",
        {"ExcludeFeaturesAttribute", "ProbabilityThresholdAttribute"} | _OFFSETS,
        {},
    ),
)
"""Every type that the sandbox provisions."""


def _container_type(shape: Shape) -> type | None:
    if isinstance(shape, ListShape):
        return list
    return dict if isinstance(shape, (StructureShape, MapShape)) else None


def _scalar(value: Any, shape: Shape, path: str, complaints: list[str]) -> Any:
    expected = _JSON_TYPES.get(shape.type_name, "String")
    try:
        if expected == "Boolean":
            return _boolean(value)
        if expected == "Integer":
            return _integer(value)
        if expected == "Number":
            return float(value)
    except (TypeError, ValueError):
        complaints.append(f"{path}: expected type: {expected}, found: {_found(value)}")
        return value
    if isinstance(value, (dict, list)):
        complaints.append(f"{path}: expected type: String, found: {_found(value)}")
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _boolean(value: Any) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return str(value).lower() == "true"


def _integer(value: Any) -> int:
    if isinstance(value, bool) or float(value) != int(float(value)):
        raise ValueError(value)
    return int(float(value))


def _is_false(value: Any) -> bool:
    return str(value).lower() == "false"


def _found(value: Any) -> str:
    names = {**_JSON_CONTAINERS, bool: "Boolean", int: "Integer", float: "Number"}
    return names.get(type(value), "String")
