"""The templates of the constructs' tests: here they are read by the functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.constructs.conftest import (
    Kit,
    batch_stack,
    batch_template,
    clarify_stack,
    clarify_template,
    default_stack,
    default_template,
    imported_template,
    kit,
    quality_stack,
    quality_template,
    stack,
    vpc_stack,
    vpc_template,
)

__all__ = [
    "batch_stack",
    "batch_template",
    "clarify_stack",
    "clarify_template",
    "default_stack",
    "default_template",
    "imported_template",
    "kit",
    "quality_stack",
    "quality_template",
    "stack",
    "vpc_stack",
    "vpc_template",
]


@pytest.fixture(scope="session")
def deployed(kit: Kit) -> Callable[[Any], dict[str, str]]:
    """Properties as the functions get them: references are filled in."""

    def fill_in(properties: dict[str, Any]) -> dict[str, str]:
        return {name: re.sub(r"<[\w.:]+>", "name", kit.flat(value)) for name, value in properties.items()}

    return fill_in
