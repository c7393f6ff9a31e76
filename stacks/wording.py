"""Says in the words of the file what the construct library says in Python."""

from __future__ import annotations

import re

_PHRASES = {
    'Facet.of("sex", "female")': "{name: sex, values: [female]}",
    "Facet.of(name, value, value)": "{name: ..., values: [..., ...]}",
    " to Baseline.from_files": " beside 'constraints'",
    "DatasetFormat.csv(header=False)": "csv",
    "DatasetFormat.json_lines()": "json_lines",
    " in QualityColumns": " in 'columns'",
    "use None for": "write never for",
    "pass ": "add ",
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

_CALL = re.compile(r"\b[A-Z]\w+\(([^()]*)\)")
_ARGUMENT = re.compile(r"\b([a-z_]+)=([^\s,;})]*)")
_NAME = re.compile(rf"\b({'|'.join(_KEYS)})\b")
_UNIT = re.compile(r"(_hours: [0-9]+) h\b")


def in_words_of_the_file(text: str) -> str:
    """Keyword arguments as keys, and calls as mappings.

    Args:
        text: What the library got or expects, or how to mend it.

    Example:
        >>> in_words_of_the_file("pass network=MonitorNetwork(isolation=False, ...) to this monitor")
        'add network: {isolation: false, ...} to this monitor'
    """
    for phrase, words in _PHRASES.items():
        text = text.replace(phrase, words)
    text = _ARGUMENT.sub(_as_key, _CALL.sub(r"{\1}", text))
    return _UNIT.sub(r"\1", _NAME.sub(lambda name: _KEYS[name[0]], text))


def _as_key(argument: re.Match[str]) -> str:
    name, value = argument.groups()
    return f"{name}: {_ARGUMENT.sub(_as_key, _VALUES.get(value, value))}"
