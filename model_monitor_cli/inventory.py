"""Which models are monitored, and by what: found from what is deployed.

SageMaker lists the schedules. Each has a tag that names the registry in S3 that the results function reads; a document
there says what the monitor is. So nobody needs to know the name of a schedule, a bucket or a stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from model_monitor_cli.exits import CommandError
from results.monitor import Monitor as Entry, RegistryError
from results.registry import Registry
from shared import errors, schedules
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

REGISTRY_TAG = "model-monitor:registry"
"""Tag of a schedule: the S3 location of the registry that has the monitor's document."""
_WORKERS = 8
_PAGE = 100
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class InventoryError(CommandError):
    """What is deployed cannot be found out."""


@dataclass(frozen=True)
class Monitor:
    """A monitor that is deployed.

    Attributes:
        name: Short, such as `data-quality`; of one model each has another.
        kind: In words, such as `data quality`.
        schedule_name: Its schedule.
        entry: Its document in the registry. Files are read with the caller's own permissions, so it names no role.
        model: Name of the model that it watches.
        schedule: How SageMaker lists the schedule; None if it has been deleted by hand.
        registry: Where its document lies; None for one that was found elsewhere.
    """

    name: str
    kind: str
    schedule_name: str
    entry: Entry
    model: str
    schedule: Mapping[str, Any] | None = field(default=None, compare=False)
    registry: S3Uri | None = None


@dataclass(frozen=True)
class Model:
    """A model that is monitored.

    Attributes:
        name: That of the endpoint, of a model that is served elsewhere, or of the folder of a batch transform's
            captures.
        title: In words, such as `endpoint credit-risk`.
        endpoint: None for batch transform and for models that SageMaker does not serve.
        monitors: Sorted by name.
    """

    name: str
    title: str
    endpoint: str | None
    monitors: tuple[Monitor, ...]


@dataclass(frozen=True)
class Inventory:
    """What is deployed.

    Attributes:
        models: Sorted by name.
        problems: What could not be read, in sentences.
    """

    models: tuple[Model, ...]
    problems: tuple[str, ...] = ()


def find_models(clients: Context) -> list[Model]:
    """Return the models that are monitored in this account and region.

    Raises:
        InventoryError: None was found, because something could not be read.
    """
    inventory = take_inventory(clients)
    if not inventory.models and inventory.problems:
        raise InventoryError("; ".join(inventory.problems))
    return list(inventory.models)


def take_inventory(clients: Context) -> Inventory:
    """Return the models, and what could not be read."""
    listed = _schedules(clients)
    registries = _registries(clients, listed)
    problems: list[str] = []
    monitors: list[Monitor] = []
    by_name = {schedule["MonitoringScheduleName"].lower(): schedule for schedule in listed}
    places = [(registry, name) for registry in registries for name in registry.names()]
    for (registry, _), found in zip(places, side_by_side(_document, places), strict=True):
        if isinstance(found, str):
            problems.append(found)
        elif found is not None:
            monitors.append(_monitor(found, by_name.get(found.schedule.lower()), registry.place))
    return Inventory(tuple(_models(monitors)), tuple(problems))


def short_name(text: str) -> str:
    """Return a name as people type it: `DataQuality` -> `data-quality`.

    Example:
        >>> short_name("ModelExplainability")
        'model-explainability'
    """
    return re.sub(r"[\s_]+", "-", _CAPITAL.sub("-", text)).lower()


def _schedules(clients: Context) -> list[Mapping[str, Any]]:
    pages = clients.sagemaker.get_paginator("list_monitoring_schedules")
    return [
        summary
        for page in pages.paginate(SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": _PAGE})
        for summary in page["MonitoringScheduleSummaries"]
    ]


def _registries(clients: Context, listed: Sequence[Mapping[str, Any]]) -> list[Registry]:
    """Return the registries that schedules name in their tags; of those that share one, few are asked."""
    found: dict[str, Registry] = {}
    known: set[str] = set()

    def place(schedule: Mapping[str, Any]) -> str | None:
        return _registry_of(clients, schedule["MonitoringScheduleArn"])

    waiting = list(listed)
    while waiting:
        asked, waiting = waiting[:_WORKERS], waiting[_WORKERS:]
        for uri in filter(None, side_by_side(place, asked)):
            if uri not in found:
                found[uri] = Registry(S3Uri.parse(uri))
                known |= {name.lower() for name in found[uri].names()}
        waiting = [item for item in waiting if not _is_known(item["MonitoringScheduleName"].lower(), known)]
    return list(found.values())


def _is_known(name: str, known: Iterable[str]) -> bool:
    return name in known or any(schedules.is_one_time_run_of(name, other) for other in known)


def _registry_of(clients: Context, arn: str) -> str | None:
    try:
        tags = clients.sagemaker.list_tags(ResourceArn=arn)["Tags"]
    except ClientError as error:
        if errors.is_missing(error):  # it has just been deleted
            return None
        raise
    return next((tag["Value"] for tag in tags if tag["Key"] == REGISTRY_TAG), None)


def _document(place: tuple[Registry, str]) -> Entry | str | None:
    """Return a monitor's entry, None if it has just been removed, or what is wrong with it."""
    registry, name = place
    try:
        entry = registry.monitor(name)
    except RegistryError as error:
        return str(error)
    # The role in it trusts the functions only.
    return replace(entry, access_role=None) if entry else None


def _monitor(entry: Entry, schedule: Mapping[str, Any] | None, registry: S3Uri) -> Monitor:
    return Monitor(
        name=entry.short_name or short_name(entry.type),
        kind=entry.kind,
        schedule_name=entry.schedule,
        entry=entry,
        model=_model_name(entry),
        schedule=schedule,
        registry=registry,
    )


def _model_name(entry: Entry) -> str:
    # The title of batch transform jobs without a name ends with the place of their captures.
    return entry.called or entry.title.rstrip("/").rpartition("/")[2]


def _models(monitors: Iterable[Monitor]) -> list[Model]:
    by_title: dict[str, list[Monitor]] = {}
    for monitor in monitors:
        by_title.setdefault(monitor.entry.title, []).append(monitor)
    models = [
        Model(
            name=found[0].model,
            title=title,
            endpoint=found[0].entry.endpoint,
            monitors=tuple(sorted(found, key=lambda monitor: (monitor.name, monitor.schedule_name))),
        )
        for title, found in by_title.items()
    ]
    return sorted(models, key=lambda model: (model.name, model.title))


def side_by_side(action: Callable[[_In], _Out], items: Sequence[_In]) -> list[_Out]:
    """Do something for all items at the same time: waiting for AWS is what takes time."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(action, items))
