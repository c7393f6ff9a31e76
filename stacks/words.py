"""How the file writes what the construct library calls options and values."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum
from typing import Final

from aws_cdk import Duration, Size

from model_monitor.errors import Call, OptionPath
from stacks.problems import DocumentPath

_LONGEST_VALUE = 200
_ELLIPSIS = "..."

# Keys that are called otherwise than the library's options. A unit of a key is the unit of its number.
_KEYS = {
    "captured": "capture",
    "cool_down": "cool_down_hours",
    "end_offset": "end_offset_hours",
    "environment": "variables",
    "inference_attribute": "inference",
    "max_runtime": "max_runtime_minutes",
    "model_name": "name",
    "probability_attribute": "probability",
    "runbook_url": "runbook",
    "since": "from",
    "start_offset": "start_offset_hours",
    "volume_size": "volume_size_gib",
}
# An option of the library whose parts stand in the file directly.
_WITHOUT_KEY = "config"
_NEVER = frozenset(["minimum_label_coverage", "no_data_after", "silence_after"])
_HOURS: Final = {"Duration.days": 24.0, "Duration.hours": 1.0, "Duration.minutes": 1 / 60, "Duration.seconds": 1 / 3600}


class _Word(str):
    """A word of the file, which needs no quotes as the user's own text does."""

    __slots__ = ()


# Calls that are no mapping of their arguments' names.
_CALLS: dict[str, Callable[[Call], object]] = {
    "DatasetFormat.csv": lambda call: {"csv": call.options} if call.options else _Word("csv"),
    "DatasetFormat.json_lines": lambda _: _Word("json_lines"),
    "DatasetFormat.parquet": lambda _: _Word("parquet"),
    "Facet.of": lambda call: {"name": call.arguments[0], "values": list(call.arguments[1:])},
    "MonitorSchedule.daily": lambda call: {"daily": call.options} if call.options else _Word("daily"),
    "MonitorSchedule.every": lambda call: {"every": call.options},
    "MonitorSchedule.hourly": lambda _: _Word("hourly"),
    "S3Location.from_uri": lambda call: call.arguments[0],
}


class _File:
    """Options and values as they stand in a configuration file."""

    def option(self, path: OptionPath) -> str:
        return f"'{_joined(document_path(path))}'"

    def setting(self, path: OptionPath, value: object) -> str:
        keys = document_path(path)
        return f"{_joined(keys)}: {_shortened(_text(_in_unit(str(keys[-1]) if keys else '', value)))}"

    def value(self, value: object) -> str:
        return _shortened(_text(value))


FILE: Final = _File()
"""The words of the file."""


def document_path(path: OptionPath) -> DocumentPath:
    """Return the keys of an option of the library.

    Example:
        >>> document_path(("compute", "max_runtime"))
        ('compute', 'max_runtime_minutes')
    """
    inner = path[1:] if path[:1] == (_WITHOUT_KEY,) else path
    return tuple(_KEYS.get(part, part) if type(part) is str else part for part in inner)


def _joined(path: DocumentPath) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _in_unit(key: str, value: object) -> object:
    """Return a value as a key takes it: a number of hours for `..._hours`."""
    if value is None and key in _NEVER:
        return _Word("never")
    hours = _hours_of(value)
    if hours is not None:
        return _plain_number(hours * 60 if key.endswith("_minutes") else hours)
    if isinstance(value, Size):
        return _plain_number(float(value.to_gibibytes()))
    return value


def _hours_of(value: object) -> float | None:
    if isinstance(value, Duration):
        return None if value.is_unresolved() else float(value.to_seconds()) / 3600
    if isinstance(value, Call) and value.function in _HOURS:
        (amount,) = value.arguments
        return amount * _HOURS[value.function] if isinstance(amount, int | float) else None
    return None


def _plain_number(number: float) -> int | float:
    rounded = round(number, 6)
    return int(rounded) if rounded.is_integer() else rounded


def _text(value: object) -> str:
    if value is ... or isinstance(value, _Word):
        return _ELLIPSIS if value is ... else value
    if isinstance(value, Call):
        return _text(_CALLS[value.function](value) if value.function in _CALLS else _mapping(value))
    if isinstance(value, dict):
        return f"{{{', '.join(_entry(key, item) for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return value.name.lower() if isinstance(value, Enum) else json.dumps(value, ensure_ascii=False, default=str)


def _entry(key: object, value: object) -> str:
    return _ELLIPSIS if key is ... else f"{key}: {_text(_in_unit(str(key), value))}"


def _mapping(call: Call) -> dict[object, object]:
    named: dict[object, object] = {_KEYS.get(name, name): value for name, value in call.options.items()}
    return {**named, ...: ...} if ... in call.arguments else named


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
