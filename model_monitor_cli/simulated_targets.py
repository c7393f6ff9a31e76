"""What simulated traffic goes to: an endpoint, or the records of a model that is served elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_monitor_cli import label_files, simulated_records
from model_monitor_cli.choose import choose_models
from model_monitor_cli.endpoints import describe_endpoint
from model_monitor_cli.exits import UsageError
from model_monitor_cli.inventory import Model, find_models
from model_monitor_cli.simulated_records import Place
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

OF_THE_MONITORS = "monitors"
"""As the place of labels: where the monitors look for them."""
_ALL = 100


@dataclass(frozen=True)
class Target:
    """What simulated traffic goes to.

    Attributes:
        name: The endpoint, or the model.
        place: Where records are written; None for an endpoint, which captures them.
        labels: Where labels go; None if nobody wants them.
        warnings: What a person should know before, in sentences.
    """

    name: str
    place: Place | None
    labels: S3Uri | None
    warnings: tuple[str, ...] = ()


def find_target(context: Context, name: str, ground_truth: str | None) -> Target:
    """Find the endpoint or model of a name, and where labels go.

    Args:
        context: AWS.
        name: As the user typed it.
        ground_truth: Where labels go, as the user typed it.

    Raises:
        UsageError: There is neither, it takes no traffic, or labels cannot go there.
    """
    described = describe_endpoint(context, name)
    if described is None:
        return _elsewhere(context, name, ground_truth)
    if described["EndpointStatus"] not in ("InService", "Updating"):
        raise UsageError(f"the endpoint '{name}' is {described['EndpointStatus']}; expected InService")
    capture = described.get("DataCaptureConfig") or {}
    sampling = capture.get("CurrentSamplingPercentage", 0)
    warnings = []
    if not capture.get("EnableCapture"):
        warnings.append("the endpoint captures nothing, so no monitor sees this traffic")
    elif sampling < _ALL:
        warnings.append(f"the endpoint captures {sampling} % of the requests, so monitors see fewer")
    labels = _labels(context, find_models(context), name, ground_truth) if ground_truth else None
    if labels:
        label_files.require_apart(labels, described)
    return Target(name, None, labels, tuple(warnings))


def _elsewhere(context: Context, name: str, ground_truth: str | None) -> Target:
    models = find_models(context)
    found = choose_models(models, name)[0]
    if found.endpoint:
        raise UsageError(f"the endpoint '{found.endpoint}' does not exist any more in {context.region}")
    place = simulated_records.place_of(context, found)
    labels = _labels(context, models, name, ground_truth) if ground_truth else None
    if labels:
        label_files.require_beside(labels, place.folder)
    return Target(found.name, place, labels)


def _labels(context: Context, models: list[Model], name: str, ground_truth: str) -> S3Uri:
    if ground_truth != OF_THE_MONITORS:
        return label_files.parse_place(ground_truth, option="--ground-truth")
    _, place = label_files.only_place(context, choose_models(models, name), name)
    return place
