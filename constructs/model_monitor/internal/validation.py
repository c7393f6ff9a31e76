"""Code that runs when the app is synthesised, after everything has been said."""

from __future__ import annotations

from collections.abc import Callable

import jsii
from constructs import IConstruct, IValidation


def at_synthesis(construct: IConstruct, check: Callable[[], list[str]]) -> None:
    """Have something checked when the app is synthesised.

    Args:
        construct: What the mistakes belong to; messages begin with its path.
        check: Returns what is wrong; no mistakes, no complaint.
    """
    construct.node.add_validation(_Validation(check))


@jsii.implements(IValidation)
class _Validation:
    def __init__(self, check: Callable[[], list[str]]) -> None:
        self._check = check

    @jsii.member(jsii_name="validate")
    def validate(self) -> list[str]:
        return self._check()
