"""Says in the words of the file what the construct library says in Python, and leaves the user's own words alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from model_monitor import ConfigurationError
from stacks.configuration.base import StrictModel
from stacks.words import FILE

_PHRASES = {
    re.escape(" to Baseline.from_files"): " beside 'constraints'",
    re.escape("DatasetFormat.csv(header=False)"): "csv",
    re.escape("DatasetFormat.json_lines()"): "json_lines",
    re.escape(" in QualityColumns"): " in 'columns'",
    r"\buse None for\b": "write never for",
    r"\bpass fewer\b": "write fewer",
    r"\bpass ": "add ",
}
_KEYS = {
    "end_offset": "end_offset_hours",
    "inference_attribute": "inference",
    "max_runtime": "max_runtime_minutes",
    "model_name": "name",
    "probability_attribute": "probability",
    "start_offset": "start_offset_hours",
}
_VALUES = {"True": "true", "False": "false"}

# As repr() writes it. An apostrophe within or behind a word opens nothing.
_QUOTED = re.compile(r"""(?<!\w)(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
_HELD = re.compile("\0([0-9]+)\0")

_FACET = re.compile(r"\bFacet\.of\(([^(),]+), ([^()]*)\)")
_CALL = re.compile(r"\b[A-Z]\w+\(([^()]*)\)")
_ARGUMENT = re.compile(r"\b([a-z_]+)=([^\s,;})]*)")
_NAME = re.compile(rf"\b({'|'.join(_KEYS)})\b")
_UNIT = re.compile(r"(_hours: [0-9]+) h\b")
_GOT_ARGUMENT = re.compile(r"(^|\bwith )([a-z_]+)(=| of )(True|False)?")


def in_words_of_the_file(error: ConfigurationError) -> tuple[str, str, str]:
    """What was got and expected, and how to mend it, as far as it is Python: arguments as keys, calls as mappings.

    Args:
        error: From the construct library, which writes values of the user in quotes, or names columns in what it got.

    Example:
        >>> error = ConfigurationError(
        ...     got="sampling=200 of 'model_name'",
        ...     expected="an end_offset below 1 h",
        ...     fix="pass network=MonitorNetwork(isolation=False, ...)",
        ... )
        >>> in_words_of_the_file(error)
        ("sampling: 200 of 'model_name'", 'an end_offset_hours below 1 h', 'add network: {isolation: false, ...}')
    """
    got, expected, fix = error.in_words_of(FILE)
    return _outside_of_quotes(_got, got), _outside_of_quotes(_advice, expected), _outside_of_quotes(_advice, fix)


def _outside_of_quotes(translate: Callable[[str], str], text: str) -> str:
    held: list[str] = []

    def hold(quoted: re.Match[str]) -> str:
        held.append(quoted[0])
        return f"\0{len(held) - 1}\0"

    return _HELD.sub(lambda place: held[int(place[1])], translate(_QUOTED.sub(hold, text)))


def _got(text: str) -> str:
    """What was got may name columns without quotes, and `job=teacher` is a column as well as `start_offset` is."""
    keys = _keys_of_the_file()

    def as_key(argument: re.Match[str]) -> str:
        before, name, between, value = argument.groups(default="")
        if name not in keys and name not in _KEYS:
            return argument[0]
        return f"{before}{_KEYS.get(name, name)}{': ' if between == '=' else between}{_VALUES.get(value, value)}"

    return _GOT_ARGUMENT.sub(as_key, text)


def _keys_of_the_file(model: type[StrictModel] = StrictModel) -> set[str]:
    below = (_keys_of_the_file(subclass) for subclass in model.__subclasses__())
    return set(model.model_fields).union(*below)


def _advice(text: str) -> str:
    for phrase, words in _PHRASES.items():
        text = re.sub(phrase, words, text)
    text = _FACET.sub(r"{name: \1, values: [\2]}", text)
    text = _ARGUMENT.sub(_as_key, _CALL.sub(r"{\1}", text))
    return _UNIT.sub(r"\1", _NAME.sub(lambda name: _KEYS[name[0]], text))


def _as_key(argument: re.Match[str]) -> str:
    name, value = argument.groups()
    return f"{name}: {_ARGUMENT.sub(_as_key, _VALUES.get(value, value))}"
