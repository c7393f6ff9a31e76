"""Wrong calls of the library: of public value types, factories, and methods, with an argument that they do not take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import aws_cdk as cdk
from aws_cdk import Duration, Size, aws_events_targets, aws_iam as iam, aws_sns_subscriptions, aws_sqs as sqs

import model_monitor as library

_WORD = "age"
_PLACE = library.S3Location.from_uri("s3://records/labels")
_CSV = library.DatasetFormat.csv()
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
    "grantee": iam.AccountRootPrincipal(),
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
_BASELINE = library.Baseline.from_dataset(library.S3Location.from_uri("s3://training/a.csv"), _CSV)
_TRUTH = library.GroundTruth(location=library.S3Location.from_uri("s3://truth/labels"))
# What monitors cannot be without.
_OPTIONS: dict[str, dict[str, object]] = {
    "add_data_quality": {"baseline": _BASELINE},
    "add_model_quality": {
        "baseline": _BASELINE,
        "problem": library.ProblemType.regression(inference_attribute=0),
        "ground_truth": _TRUTH,
        "columns": library.QualityColumns(ground_truth="paid", inference="expected"),
    },
    "add_model_bias": {
        "baseline": _BASELINE,
        "config": library.BiasConfig(label="paid", label_values=[1], facets=[_FACET], headers=["sex", "paid"]),
        "ground_truth": _TRUTH,
        "attributes": library.CapturedAttributes(inference=0),
        "predicted_label": "expected",
    },
    "add_model_explainability": {
        "baseline": _BASELINE,
        "model": library.ModelReference.from_model_name("credit"),
    },
}
_FURTHER = sorted(library.MonitorOptions.__optional_keys__)
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
    Duration.hours(10**400),
    Size.gibibytes(10**400),
    _PLACE,
    library.Baseline.from_dataset(_PLACE, library.DatasetFormat.csv()),
    library.MonitorAlarms(),
    sqs.Queue,
    aws_sns_subscriptions.EmailSubscription,
    library.DriftMethod.ROBUST,
    library.CaptureMode.INPUT,
    lambda: None,
    int,
)


# A stack with more constructs is slower to make more of.
_CALLS_OF_A_STACK = 200


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


def method_calls(random: Random, number: int) -> Iterator[Call]:
    """Return wrong calls of methods of constructs, each of which is in a stack.

    Args:
        random: Chooses them.
        number: How many.
    """
    constructs: list[object] = []
    for index in range(number):
        if index % _CALLS_OF_A_STACK == 0:
            constructs = _constructs()
        construct = random.choice(constructs)
        name, signature = random.choice(_methods(type(construct)))
        arguments = _arguments(signature, random) | _OPTIONS.get(name, {})
        if "id" in arguments or name in _OPTIONS:
            arguments["id"] = f"Id{index}"
        names = [*arguments, *(random.sample(_FURTHER, 3) if name in _OPTIONS else ())]
        if names:
            changed = random.choice(names)
            arguments[changed] = random.choice(WRONG)
            text = f"{type(construct).__name__}.{name}({', '.join(arguments)}), wrong: {changed}"
            yield Call(text, _bound(getattr(construct, name), signature, arguments))


def _constructs() -> list[object]:
    """Return a monitoring with monitors of all kinds, and what else has methods that people call."""
    app = cdk.App(context={"aws:cdk:disable-asset-staging": True})
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    endpoint = library.MonitoredEndpoint.from_endpoint_name(
        "credit", capture_location=library.S3Location.from_uri("s3://traffic/capture")
    )
    monitoring = library.EndpointMonitoring(stack, "Credit", endpoint=endpoint)
    monitors = [getattr(monitoring, name)(**options) for name, options in _OPTIONS.items()]
    _RIGHT["target"] = aws_events_targets.SqsQueue(sqs.Queue(stack, "Queue"))
    capture = library.DataCapture(location=_PLACE)
    return [monitoring, monitoring.services, *monitors, capture, _PLACE, monitoring.add_dashboard()]


def _methods(kind: type) -> list[tuple[str, inspect.Signature]]:
    found = []
    for owner in kind.__mro__:
        if owner.__module__.startswith("model_monitor"):
            for name, member in vars(owner).items():
                if inspect.isfunction(member) and not name.startswith("_"):
                    signature = inspect.signature(member)
                    found.append((name, signature.replace(parameters=list(signature.parameters.values())[1:])))
    return found


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
        kind = signature.parameters[name].kind if name in signature.parameters else inspect.Parameter.KEYWORD_ONLY
        if kind is inspect.Parameter.VAR_POSITIONAL or (kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and not named):
            positional.append(value)
        else:
            named[name] = value
    return lambda: target(*positional, **named)
