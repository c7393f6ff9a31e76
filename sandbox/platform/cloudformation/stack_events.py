"""Stack events of an update: as on AWS, only of the resources that it changes."""

from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, get, replace

# Resources that the update at hand has found unchanged, as (stack, logical id).
_unchanged: set[tuple[str, str]] = set()


def install() -> None:
    """Wrap the update of a resource and the writing of events."""
    replace(Name.UPDATE_RESOURCE, _noticing)
    replace(Name.ADD_STACK_EVENT, _leaving_out)


def _noticing(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(
        resource_type: str, physical_id: str, old: Any, new: Any, stack_name: str, *rest: Any, **options: Any
    ) -> Any:
        logical_id = options.get("logical_id") or (rest[0] if rest else None)
        if old == new and logical_id:
            _unchanged.add((stack_name, logical_id))
        return original(resource_type, physical_id, old, new, stack_name, *rest, **options)

    return update


def _leaving_out(original: Callable[..., None]) -> Callable[..., None]:
    """Take back the start of a resource's update when it ends without a change."""

    def add_event(
        stack_id: str, stack_name: str, logical_id: str, resource_type: str, status: str, *rest: Any, **options: Any
    ) -> None:
        if status == "UPDATE_COMPLETE" and (stack_name, logical_id) in _unchanged:
            _unchanged.discard((stack_name, logical_id))
            if get(Name.STACK_EVENTS)[stack_id][-1]["LogicalResourceId"] == logical_id:
                get(Name.STACK_EVENTS)[stack_id].pop()
            return
        original(stack_id, stack_name, logical_id, resource_type, status, *rest, **options)

    return add_event
