"""Adds resource types to MiniStack's CloudFormation."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.seams.names import Name, get, replace

Properties = dict[str, Any]
Created = tuple[str, dict[str, str]]
Create = Callable[[str, Properties, str], Created]
Update = Callable[[str, Properties, Properties, str], Created]
Delete = Callable[[str, Properties], None]
Read = Callable[[str], Properties | None]

_on_threads: set[str] = set()
_PROPERTIES_OF = {"create": 1, "update": 2}
"""Position of the properties to reach among a handler's arguments."""


def register_resource_type(
    type_name: str,
    *,
    create: Create,
    update: Update | None,
    delete: Delete,
    replacing: Sequence[str],
    name_property: str | None,
    read: Read,
    blocking: bool = True,
) -> None:
    """Let stacks provision ``type_name``.

    Args:
        type_name: e.g. ``AWS::SageMaker::Model``.
        create: ``(logical_id, properties, stack) -> (physical_id, attributes)``.
        update: ``(physical_id, old, new, stack) -> (physical_id, attributes)``; None when every change replaces.
        delete: ``(physical_id, properties)``; must not mind that the resource is gone already.
        replacing: The properties whose change needs a new resource (``cdk diff`` shows it).
        name_property: The property with the physical name; a kept explicit name refuses replacement as on AWS.
        read: The properties as they are now, None when the resource is gone (``cdk drift``).
        blocking: Run the functions on a thread of their own, where they may wait for the resource and call the
            sandbox over HTTP; otherwise they run on the event loop.
    """
    handlers: dict[str, Any] = {"create": create, "delete": delete}
    if update is not None:
        handlers["update"] = update
    get(Name.RESOURCE_HANDLERS)[type_name] = handlers
    get(Name.REPLACING_PROPERTIES)[type_name] = tuple(replacing)
    if name_property is not None:
        get(Name.CUSTOM_NAMES)[type_name] = {"name": name_property}
    get(Name.DRIFT_READERS)[type_name] = (lambda physical_id, _properties: read(physical_id), _EveryProperty())
    if blocking:
        _run_on_thread(type_name)


def extend_resource_type(
    type_name: str,
    *,
    before: Callable[[Properties], None] = lambda _: None,
    after: Callable[[str, Properties], None] = lambda _id, _: None,
) -> None:
    """Do more when a stack makes or changes a resource of a type that MiniStack has.

    Args:
        type_name: e.g. ``AWS::S3::Bucket``.
        before: Given the properties to reach; raises ValueError to refuse them.
        after: Given the physical id and the properties.
    """
    handlers = get(Name.RESOURCE_HANDLERS)[type_name]
    for operation, position in _PROPERTIES_OF.items():
        handlers[operation] = _extended(handlers[operation], position, before, after)


def _extended(
    original: Callable[..., Created],
    position: int,
    before: Callable[[Properties], None],
    after: Callable[[str, Properties], None],
) -> Callable[..., Created]:
    def handler(*arguments: Any) -> Created:
        before(arguments[position])
        created = original(*arguments)
        after(created[0], arguments[position])
        return created

    return handler


def physical_name(stack: str, logical_id: str, max_length: int) -> str:
    """The name that CloudFormation gives a resource without one: stack, logical id and a suffix."""
    return str(get(Name.PHYSICAL_NAME)(stack, logical_id, max_len=max_length))


class _EveryProperty(frozenset[str]):
    """Drift compares every property that both the template and the reader have."""

    def __contains__(self, _: object) -> bool:
        return True


def _run_on_thread(type_name: str) -> None:
    if not _on_threads:
        replace(
            Name.RUNS_ON_THREAD,
            lambda original: lambda resource_type: resource_type in _on_threads or original(resource_type),
        )
    _on_threads.add(type_name)
