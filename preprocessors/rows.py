"""What can be wrong with rows although the script does not fail."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from preprocessors.report import Problem, Severity

_SCALARS = (str, int, float, bool, type(None))
_DIGITS = re.compile(r"(\d+)")
_NAMED = 5


class RowChecks:
    """Look at one row after the other.

    Args:
        baseline: Names of the baseline's columns; empty when there is none to compare with.
    """

    def __init__(self, baseline: Sequence[str]) -> None:
        self._baseline = baseline
        self._first: set[str] | None = None
        self._seen: set[tuple[Any, ...]] = set()

    def problems(self, row: Mapping[Any, Any]) -> Iterator[Problem]:
        """Yield what is wrong with a row."""
        if not row:
            yield _error("an empty row", "return [] to leave a record out")
            return
        other_keys = [key for key in row if not isinstance(key, str)]
        if other_keys:
            yield _error("names of columns are not text", _listed(map(repr, other_keys)))
            return
        yield from _of_values(row)
        yield from self._of_columns(row)

    def _of_columns(self, row: Mapping[str, Any]) -> Iterator[Problem]:
        names = tuple(row)
        self._first = self._first or set(names)
        if set(names) != self._first:
            lacking, more = sorted(self._first - set(names)), sorted(set(names) - self._first)
            parts = [f"it lacks {_listed(lacking)}"] * bool(lacking) + [f"it has {_listed(more)} too"] * bool(more)
            detail = f"{' and '.join(parts)}; the analyzer goes by position, so values would be compared with others"
            yield _error("other columns than in the first row", detail)
        if self._baseline and len(names) != len(self._baseline):
            yield _error(
                "another number of columns than the baseline", f"{len(names)} instead of {len(self._baseline)}"
            )
        if names not in self._seen:
            self._seen.add(names)
            yield from _of_order(names)


def _of_values(row: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in row.items():
        if not isinstance(value, _SCALARS):
            kind = f"the value of column {name} is not a text, number, bool or None"
            yield _error(kind, f"it is a {type(value).__name__}; the row has to be flat")


def _of_order(names: Sequence[str]) -> Iterator[Problem]:
    as_sorted = sorted(names)
    if as_sorted == list(names):
        return
    remedy = "zero-pad the names, as in f'{position:020}'"
    if sorted(names, key=_counting) == list(names):
        position = next(index for index, name in enumerate(names) if name != as_sorted[index])
        detail = f"{as_sorted[position]} comes before {names[position]}; {remedy}"
        yield _error("numbers in the names are sorted as texts", detail)
    else:
        detail = f"it returns {_listed(names)}, the analyzer takes {_listed(as_sorted)}; {remedy}"
        yield Problem(Severity.WARNING, "the analyzer takes the columns in the order of their names", detail)


def _counting(name: str) -> list[tuple[int, int, str]]:
    """Sort as people do: c2 before c10."""
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in _DIGITS.split(name) if part]


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _error(kind: str, detail: str) -> Problem:
    return Problem(Severity.ERROR, kind, detail)
