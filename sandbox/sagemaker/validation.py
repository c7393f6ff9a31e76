"""Checks requests against botocore's model of SageMaker and words what is wrong as AWS does.

The form is that of AWS's request validation:
``1 validation error detected: Value '0' at 'jobResources.clusterConfig.instanceCount' failed to satisfy constraint:
Member must have value greater than or equal to 1``.
"""

import functools
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

from sandbox.errors import AwsError

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
    "blob": (str,),
}
_JSON_NAMES: dict[type, str] = {
    dict: "START_OBJECT",
    list: "START_ARRAY",
    str: "STRING_VALUE",
    bool: "TRUE_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
}


@functools.cache
def service_model() -> ServiceModel:
    """Botocore's model of the SageMaker API."""
    return botocore.session.get_session().get_service_model("sagemaker")


def input_shape(operation: str) -> StructureShape:
    """The shape of an operation's request."""
    shape = service_model().operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def validate(operation: str, request: Any) -> None:
    """Check a request.

    Raises:
        AwsError: SerializationException for a wrong JSON type, ValidationException with every other complaint.
    """
    check(request, input_shape(operation))


def check(value: Any, shape: Shape) -> None:
    """Check a value against a shape of the model; see `validate`."""
    complaints = list(_complaints(value, shape, ""))
    if complaints:
        plural = "error" if len(complaints) == 1 else "errors"
        raise AwsError(
            "ValidationException", f"{len(complaints)} validation {plural} detected: {'; '.join(complaints)}"
        )


def output_shape(operation: str) -> StructureShape:
    """The shape of an operation's answer."""
    shape = service_model().operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)
    return shape


def render(operation: str, document: dict[str, Any]) -> dict[str, Any]:
    """Those members of a document that the operation answers with."""
    return members_of(output_shape(operation), document)


def members_of(shape: StructureShape, document: dict[str, Any]) -> dict[str, Any]:
    """Those members of a document that a structure has."""
    # A thread may change the document meanwhile; its copy is of one moment, and can be walked through.
    now = document.copy()
    return {name: value for name, value in now.items() if name in shape.members and value is not None}


def _complaints(value: Any, shape: Shape, path: str) -> Iterator[str]:
    _require_type(value, shape, path)
    if isinstance(shape, StructureShape):
        yield from _structure_complaints(value, shape, path)
    elif isinstance(shape, ListShape):
        yield from _phrase(value, path, _length_constraints(value, shape))
        for number, item in enumerate(value, start=1):
            yield from _complaints(item, shape.member, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        yield from _map_complaints(value, shape, path)
    else:
        yield from _phrase(value, path, _scalar_constraints(value, shape))


def _structure_complaints(value: dict[str, Any], shape: StructureShape, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in value.items():
        if name not in shape.members:
            known = ", ".join(sorted(shape.members))
            yield f"Unknown member '{name}' at '{path or shape.name}': expected one of [{known}]"
        elif member is not None:
            yield from _complaints(member, shape.members[name], _join(path, name))


def _map_complaints(value: dict[str, Any], shape: MapShape, path: str) -> Iterator[str]:
    yield from _phrase(value, path, _length_constraints(value, shape))
    for key, item in value.items():
        broken = list(_scalar_constraints(key, shape.key))
        if broken:
            yield (
                f"Value '{key}' at '{path}' failed to satisfy constraint: "
                f"Map keys must satisfy constraint: [{', '.join(broken)}]"
            )
        _require_type(item, shape.value, f"{path}.{key}.member")
        broken = list(_scalar_constraints(item, shape.value))
        if broken:
            yield (
                f"Value '{item}' at '{path}.{key}.member' failed to satisfy constraint: "
                f"Map value must satisfy constraint: [{', '.join(broken)}]"
            )


def _phrase(value: Any, path: str, constraints: Iterator[str]) -> Iterator[str]:
    for constraint in constraints:
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _scalar_constraints(value: Any, shape: Shape) -> Iterator[str]:
    if isinstance(shape, StringShape):
        yield from _length_constraints(value, shape)
        if shape.enum and value not in shape.enum:
            yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        pattern = shape.metadata.get("pattern")
        compiled = _compiled(pattern) if pattern else None
        if compiled is not None and not compiled.fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
    elif shape.type_name in ("integer", "long", "float", "double"):
        if "min" in shape.metadata and value < shape.metadata["min"]:
            yield f"Member must have value greater than or equal to {shape.metadata['min']}"
        if "max" in shape.metadata and value > shape.metadata["max"]:
            yield f"Member must have value less than or equal to {shape.metadata['max']}"


def _length_constraints(value: Any, shape: Shape) -> Iterator[str]:
    if len(value) > shape.metadata.get("max", len(value)):
        yield f"Member must have length less than or equal to {shape.metadata['max']}"
    if len(value) < shape.metadata.get("min", 0):
        yield f"Member must have length greater than or equal to {shape.metadata['min']}"


def _require_type(value: Any, shape: Shape, path: str) -> None:
    expected = _PYTHON_TYPES[shape.type_name]
    is_boolean = isinstance(value, bool)
    if not isinstance(value, expected) or (is_boolean and bool not in expected):
        got = _JSON_NAMES.get(type(value), "NULL_VALUE")
        where = f" at '{path}'" if path else ""
        raise AwsError("SerializationException", f"{got} can not be converted to {shape.type_name.title()}{where}")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, or None for the few (tags) that use Java's Unicode classes, which Python's ``re`` lacks."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _join(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered
