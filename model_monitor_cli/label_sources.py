"""The records of a model that labels belong to, and where these labels go: of an endpoint, or without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_monitor_cli import captured_records, label_files
from model_monitor_cli.capture import captured_in
from model_monitor_cli.captured_records import Captured
from model_monitor_cli.choose import choose_models, choose_monitor
from model_monitor_cli.endpoints import describe_endpoint
from model_monitor_cli.exits import UsageError
from model_monitor_cli.hourly_files import Hours
from model_monitor_cli.inventory import Model, Monitor
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context


@dataclass(frozen=True)
class Source:
    """Captured records of a model, and where their labels go.

    Attributes:
        labels: Where its monitors look for labels.
        records: Where captured records lie; without an endpoint, the manifests of predictions.
        is_endpoint: Whether an endpoint captures them.
    """

    labels: S3Uri
    records: S3Uri
    is_endpoint: bool

    def captured(self, hours: Hours, progress: Callable[[str], None]) -> Captured:
        """Read the ids of the records that were captured in some hours."""
        read = captured_records.of_endpoint if self.is_endpoint else captured_records.of_manifests
        return read(self.records, hours, progress)


def find_source(context: Context, models: Sequence[Model], name: str, monitor: str | None) -> Source:
    """Return the records of a model that labels belong to.

    Args:
        context: AWS.
        models: Those that there are.
        name: Model, as the user typed it.
        monitor: Its monitor, as the user typed it; None for the only place where its monitors look for labels.

    Raises:
        UsageError: No monitor needs labels, several look in different places, or nothing is captured.
    """
    chosen = choose_models(models, name)
    found, place = _monitor(context, models, name, monitor)
    endpoint = chosen[0].endpoint
    if endpoint is None:
        return _without_endpoint(found, place)
    described = describe_endpoint(context, endpoint)
    records = captured_in(described) if described else None
    if described is None or records is None:
        raise UsageError(f"the endpoint '{endpoint}' {'captures nothing' if described else 'does not exist any more'}")
    label_files.require_apart(place, described)
    return Source(place, records, is_endpoint=True)


def _monitor(context: Context, models: Sequence[Model], name: str, monitor: str | None) -> tuple[Monitor, S3Uri]:
    """Return a monitor that needs labels, and where it looks for them."""
    if monitor is None:
        return label_files.only_place(context, choose_models(models, name), name)
    found = choose_monitor(models, name, monitor)
    place = label_files.place_of(context, found)
    if place is None:
        raise UsageError(f"the monitor {found.name} needs no labels; model quality and bias do")
    return found, place


def _without_endpoint(monitor: Monitor, place: S3Uri) -> Source:
    records = monitor.entry.captured
    assert records is not None, "every monitor that needs labels says where its records are"
    # Manifests of inputs lie beside those of predictions: all of their folder is captured.
    label_files.require_beside(place, S3Uri(records.bucket, records.key.rpartition("/")[0]))
    return Source(place, records, is_endpoint=False)
