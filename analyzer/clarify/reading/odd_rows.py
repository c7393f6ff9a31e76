"""Rows that are unlike most others: set apart, so that none of them changes how the rest is analysed.

Whoever may call an endpoint chooses the rows that it captures. One text among numbers would make a column of numbers
one of categories, one JSON record among CSV would make numbers texts, and members in another order would give values
to the wrong features.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from analyzer.clarify.config import AnalysisConfig
from analyzer.clarify.reading.row import Row
from analyzer.job.issues import DataIssues
from analyzer.text.values import is_missing, number

# What the configuration names is right when at least this share of the rows has it: then a flood of others changes
# nothing.
_SHARE_OF_CONFIGURED = 0.01
_SHOWN_CHARACTERS = 100

_T = TypeVar("_T", bound=Hashable)

# What is wrong with a row: the kind of problem and what the row has; None for nothing.
Problem: TypeAlias = tuple[str, str] | None


def of_most_rows(config: AnalysisConfig, rows: Sequence[Row], issues: DataIssues) -> list[Row]:
    """Return the rows that are as most are: their kind, their names, their number of values, their numbers.

    Args:
        config: Its headers say what rows have, where some do.
        rows: All rows.
        issues: Where the others go.
    """
    headers = config.headers
    widths = {len(headers), len(headers) - (config.bias is not None)} if headers else set()
    kept = _of_common_kind(rows, issues)
    kept = _of_common_names(set(headers), widths, kept, issues)
    kept = of_common_width(kept, issues, widths)
    return _of_common_types(kept, issues)


def of_common_width(rows: Sequence[Row], issues: DataIssues, configured: Collection[int] = ()) -> list[Row]:
    """Return the rows with the common number of features.

    Args:
        rows: All rows.
        issues: Where the others go.
        configured: Numbers that the configuration allows.
    """
    width = _common([len(row.features) for row in rows], configured)

    def problem(row: Row) -> Problem:
        values = len(row.features)
        return None if values == width else ("wrong number of values", f"{values} instead of {width}")

    return _without(problem, rows, issues)


def _of_common_kind(rows: Sequence[Row], issues: DataIssues) -> list[Row]:
    kind = _common([row.kind for row in rows])
    return _without(lambda row: None if row.kind == kind else (f"{row.kind} among records of {kind}", ""), rows, issues)


def _of_common_names(headers: set[str], widths: Collection[int], rows: Sequence[Row], issues: DataIssues) -> list[Row]:
    """Return the rows whose members have the common names, in one order; rows without names when most have none."""
    of_rows = [row.names for row in rows]
    configured = {names for names in set(of_rows) if len(names) in widths and set(names) <= headers}
    common = _common(of_rows, configured) or ()
    expected = set(common)

    def problem(row: Row) -> Problem:
        others = expected.symmetric_difference(row.names)
        return ("names that most rows lack, or lacks theirs", ", ".join(sorted(others)[:3])) if others else None

    return [_ordered(row, common) for row in _without(problem, rows, issues)]


def _ordered(row: Row, names: tuple[str, ...]) -> Row:
    if row.names == names:
        return row
    values = dict(zip(row.names, row.features, strict=True))
    return replace(row, names=names, features=[values[name] for name in names])


def _of_common_types(rows: Sequence[Row], issues: DataIssues) -> list[Row]:
    """Return the rows without lists and objects, and with finite numbers where more than half of the rows have some."""
    columns = zip(*(row.features for row in rows), strict=True)
    numeric = [2 * sum(map(_is_number, column)) > sum(not is_missing(value) for value in column) for column in columns]

    def problem(row: Row) -> Problem:
        for position, (value, wants_number) in enumerate(zip(row.features, numeric, strict=True)):
            if isinstance(value, list | dict):
                return "a list or an object where a value is expected", f"at position {position}"
            if wants_number and not is_missing(value) and not _is_number(value):
                return (
                    "no number where most rows have one",
                    f"{str(value)[:_SHOWN_CHARACTERS]!r} at position {position}",
                )
        return None

    return _without(problem, rows, issues)


def _without(problem_of: Callable[[Row], Problem], rows: Iterable[Row], issues: DataIssues) -> list[Row]:
    kept = []
    for row in rows:
        problem = problem_of(row)
        if problem is None:
            kept.append(row)
        else:
            issues.add(row.location, *problem)
    return kept


def _is_number(value: object) -> bool:
    numeric = number(value)
    return numeric is not None and math.isfinite(numeric)


def _common(values: Sequence[_T], configured: Collection[_T] = ()) -> _T | None:
    """Return the most frequent value: of those that the configuration allows when enough are, else of all."""
    counts = Counter(values)
    allowed = Counter({value: counts[value] for value in configured})
    enough = allowed.total() and allowed.total() >= _SHARE_OF_CONFIGURED * counts.total()
    most = (allowed if enough else counts).most_common(1)
    return most[0][0] if most else None
