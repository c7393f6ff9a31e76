"""Wrong calls of the library: public value types and factories, with one argument replaced by what it does not take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import aws_cdk as cdk
from aws_cdk import Duration, Size

import model_monitor as library

_WORD = "age"
_PLACE = library.S3Location.from_uri("s3://records/labels")
_FACET = library.Facet.of("sex", "female")
# What each argument is given when it is not the wrong one.
_RIGHT: dict[str, object] = {
    "bucket_name": "records",
    "captured": _PLACE,
    "capture_location": _PLACE,
    "config": None,
    "constraints": _PLACE,
    "document": {"csv": {"header": True, "output_columns_position": "START"}},
    "endpoint_name": "credit",
    "expression": "cron(0 * ? * * *)",
    "facet": "sex",
    "facets": [_FACET],
    "features": [_WORD],
    "files": _PLACE,
    "format": library.DatasetFormat.csv(header=False),
    "ground_truth": "label",
    "hour": 3,
    "hours": 6,
    "inference_attribute": 0,
    "label": "defaulted",
    "label_values": [1],
    "location": _PLACE,
    "maximum": 0.1,
    "metric": "DPPL",
    "model_name": "credit",
    "model_package": "credit",
    "name": "credit",
    "path": Path(__file__),
    "probability_attribute": 0,
    "start": Duration.hours(6),
    "starting": 0,
    "statistics": _PLACE,
    "uri": "s3://records/a",
    "value": 0.5,
}
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3,
    10**400,
    -(10**20),
    0.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e300,
    "",
    "x",
    "5",
    "a\n",
    "\0",
    "\ud800",
    "x" * 5000,
    "s3://records/x",
    "${AWS::Region}",
    b"x",
    [],
    ["x"],
    [None],
    [float("nan")],
    [["x"]],
    (),
    {},
    {"x": 1},
    {1: 2},
    {"x": float("nan")},
    {None: None},
    set(),
    object(),
    Duration.hours(1),
    Duration.days(4000),
    Size.gibibytes(1),
    cdk.Fn.ref("AWS::Region"),
    library.MonitorSchedule.hourly(),
    _PLACE,
    library.DriftMethod.ROBUST,
    library.CaptureMode.INPUT,
    lambda: None,
    int,
)


class Call(NamedTuple):
    """One call, as text for the report and as something to run."""

    text: str
    run: Callable[[], object]


def targets() -> list[tuple[str, Callable[..., object]]]:
    """Return every public value type and factory of the library."""
    found: list[tuple[str, Callable[..., object]]] = []
    for name in library.__all__:
        kind = getattr(library, name)
        if not isinstance(kind, type) or not _is_value_type(kind):
            continue
        if not inspect.isabstract(kind):
            found.append((name, kind))
        for factory, member in vars(kind).items():
            if isinstance(member, classmethod | staticmethod) and not factory.startswith("_"):
                found.append((f"{name}.{factory}", getattr(kind, factory)))
    return found


def _is_value_type(kind: type) -> bool:
    return kind in (library.Baseline, library.DataCapture) or hasattr(kind, "__dataclass_fields__")


def calls(random: Random, number: int) -> Iterator[Call]:
    """Return wrong calls.

    Args:
        random: Chooses them.
        number: How many.
    """
    known = targets()
    for _ in range(number):
        name, target = random.choice(known)
        # Of the constructor, not of the class: jsii's classes hide it.
        signature = inspect.signature(target.__init__.__get__(object()) if isinstance(target, type) else target)
        arguments = _arguments(signature, random)
        changed = random.choice([*arguments, "nothing"] if arguments else ["nothing"])
        if changed in arguments:
            arguments[changed] = random.choice(WRONG)
        yield Call(f"{name}({', '.join(arguments)}), wrong: {changed}", _bound(target, signature, arguments))


def _arguments(signature: inspect.Signature, random: Random) -> dict[str, Any]:
    arguments = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        required = parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
        if required or random.random() < 0.5:
            arguments[name] = _RIGHT.get(name, None if parameter.default is parameter.empty else parameter.default)
    return arguments


def _bound(
    target: Callable[..., object], signature: inspect.Signature, arguments: dict[str, Any]
) -> Callable[[], object]:
    positional, named = [], {}
    for name, value in arguments.items():
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL or (kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and not named):
            positional.append(value)
        else:
            named[name] = value
    return lambda: target(*positional, **named)
