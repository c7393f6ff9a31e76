"""Tells in the library's words what the CDK refuses only once it is called."""

from __future__ import annotations

import re
from collections.abc import Callable

from model_monitor.errors import ConfigurationError, Shown


def in_our_words(error: RuntimeError) -> ConfigurationError | None:
    """Return an error of the CDK with what was got, what is expected and how to fix it; None for those not known here.

    Args:
        error: What a call of the CDK has raised.
    """
    for pattern, words in _KNOWN.items():
        match = re.search(pattern, str(error))
        if match:
            return words(match)
    return None


def _repeated(match: re.Match[str]) -> ConfigurationError:
    return ConfigurationError(
        option="id",
        got=("a second construct with the id ", Shown(match["id"]), f" in {match['scope']}"),
        expected="an id of its own",
        fix="choose another id, or use the construct that exists",
    )


def _subscribed(match: re.Match[str]) -> ConfigurationError:
    return ConfigurationError(
        got=("a second subscription of ", Shown(match["id"])),
        expected="every subscription once",
        fix="remove one of the two",
    )


def _homeless(match: re.Match[str]) -> ConfigurationError:
    return ConfigurationError(
        option="scope",
        got=("the construct ", Shown(match["path"]), " outside of any stack"),
        expected="a stack, or a construct of one, as its scope",
        fix="make a cdk.Stack(app, ...) and give it as the scope",
    )


def _unnamed(match: re.Match[str]) -> ConfigurationError:
    return ConfigurationError(
        got=("a metric with the name or dimension ", Shown(match["text"])),
        expected="text of 1 to 255 characters",
        fix="write the name as it is in the data",
    )


_KNOWN: dict[str, Callable[[re.Match[str]], ConfigurationError]] = {
    r"There is already a Construct with name '(?P<id>.*?)' in (?P<scope>.+)": _repeated,
    r'A subscription with id "(?P<id>.*?)" already exists': _subscribed,
    r"at '(?P<path>.*?)' should be created in the scope of a Stack, but no Stack found": _homeless,
    r"Dimension (?:value|name) must be at least 1 and no more than 255 characters; received ?(?P<text>.*)": _unnamed,
}
