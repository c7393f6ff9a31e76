"""Columns by attribute: a name, a position, or a path into JSON.

Source: https://sagemaker.readthedocs.io/en/stable/api/inference/model_monitor.html (ModelQualityMonitor: "index, header
or JSONpath")
"""

import re
from collections.abc import Sequence

from analyzer.dataset.merged import GROUND_TRUTH
from analyzer.dataset.payload import ROW_LIST_KEYS
from analyzer.text.flattening import FLATTEN_SEPARATOR

# $.predictions[0].score, predictions[*].score, ['score']
_STEP = re.compile(r"[^.\[\]'\"$]+")
_ANY_ROW = "*"


def column_of(attribute: str, columns: Sequence[str]) -> str | None:
    """Return the name of the column that an attribute means; None when there is none.

    A position counts the columns of the payload, from 0; the label that was merged into a record is none of them.

    Example:
        >>> column_of("1", ["_c0", "_c1"]), column_of("$.predictions[0].score", ["label", "score"])
        ('_c1', 'score')
    """
    if attribute in columns:
        return attribute
    if attribute.isdecimal():
        of_payload = [name for name in columns if name != GROUND_TRUTH]
        return of_payload[int(attribute)] if int(attribute) < len(of_payload) else None
    return next((name for name in _flat_names(attribute) if name in columns), None)


def _flat_names(path: str) -> list[str]:
    """Return what a path may be called once nested JSON has become flat columns."""
    steps = _STEP.findall(path)
    if steps and steps[0] in ROW_LIST_KEYS:
        # Such a list has become rows: neither its name nor the place in it is part of a column's name.
        rest = steps[1:]
        inside = rest[1:] if rest and (rest[0] == _ANY_ROW or rest[0].isdecimal()) else rest
        return [_joined(steps), _joined(inside)]
    return [_joined(steps)]


def _joined(steps: Sequence[str]) -> str:
    return FLATTEN_SEPARATOR.join(step for step in steps if step != _ANY_ROW)
