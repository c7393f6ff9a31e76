"""Exports that other stacks import: as on AWS, an update can neither remove nor change them."""

from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, get, replace


def install() -> None:
    """Wrap what reads the outputs of a template."""
    replace(Name.STACK_OUTPUTS, _keeping_what_is_imported)


def _keeping_what_is_imported(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(*arguments: Any) -> Any:
        outputs, exports = original(*arguments)
        stack_id = arguments[-1]
        table = get(Name.EXPORTS)
        former = {name: export["Value"] for name, export in table.items() if export["StackId"] == stack_id}
        for name, value in former.items():
            if name in exports and exports[name]["Value"] == value:
                continue
            users = _importers(name)
            if users:
                change = "updated" if name in exports else "deleted"
                raise ValueError(f"Export {name} cannot be {change} as it is in use by {', '.join(users)}")
        # Nothing can fail from here on.
        for name in former.keys() - exports.keys():
            del table[name]
        return outputs, exports

    return resolve


def _importers(export: str) -> list[str]:
    imported = get(Name.IMPORTED_EXPORTS)
    stacks = get(Name.STACKS).items()
    return sorted(
        name
        for name, stack in stacks
        if "DELETE_COMPLETE" not in stack["StackStatus"] and export in imported(stack, name)
    )
