from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from model_monitor import CategoricalFeatures

Refused = Callable[..., AbstractContextManager[None]]


def test_auto_can_be_said_in_two_ways() -> None:
    assert CategoricalFeatures.auto() == CategoricalFeatures.of("auto")
    assert CategoricalFeatures.auto().document == "auto"


def test_names_are_kept_in_order() -> None:
    assert CategoricalFeatures.of(("flag", "grade")).document == ["flag", "grade"]


def test_a_single_name_must_be_in_a_list(refused: Refused) -> None:
    with refused("categorical='flag'", "write categorical=['flag']"):
        CategoricalFeatures.of("flag")


@pytest.mark.parametrize("names", [[], ["flag", "flag"]])
def test_refuses_no_name_and_names_given_twice(names: list[str], refused: Refused) -> None:
    with refused(f"categorical={names!r}", "each once"):
        CategoricalFeatures.of(names)
