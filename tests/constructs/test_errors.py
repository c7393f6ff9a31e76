from __future__ import annotations

import pytest

from model_monitor import ConfigurationError


def test_the_message_says_what_was_got_what_is_expected_and_how_to_mend_it() -> None:
    error = ConfigurationError(got="sampling=101", expected="0 to 100", fix="choose a percentage")
    assert str(error) == "got sampling=101; expected 0 to 100; choose a percentage"
    assert (error.got, error.expected, error.fix) == ("sampling=101", "0 to 100", "choose a percentage")


def test_it_can_be_caught_as_a_wrong_value() -> None:
    with pytest.raises(ValueError, match=r"^got a; expected b; c$"):
        raise ConfigurationError(got="a", expected="b", fix="c")
