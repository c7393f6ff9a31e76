"""Named kinds of drift, as changes of one column (or of the labels); nothing else of a row is touched.

Each is a pure function of the values and of random numbers, so that the same seed gives the same traffic.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model_monitor_cli.datasets import Dataset, Row, is_missing, number
from model_monitor_cli.exits import UsageError

NEW_CATEGORY = "simulated-new"
"""What `new-category` puts into a column of texts."""

_Values = list[object]
_Change = Callable[["_Column", float, random.Random], _Values]


class ScenarioError(UsageError):
    """A scenario is not known, or does not fit the dataset."""


@dataclass(frozen=True)
class Kind:
    """A kind of drift.

    Attributes:
        strength: The default.
        is_share: Whether the strength is a share of the rows, from 0 to 1.
        changes_labels: Whether it changes labels, and not the traffic.
    """

    strength: float
    is_share: bool = True
    changes_labels: bool = False


KINDS = {
    "shift": Kind(1.0, is_share=False),
    "scale": Kind(2.0, is_share=False),
    "missing": Kind(0.3),
    "new-category": Kind(0.3),
    "type-change": Kind(1.0),
    "attribution": Kind(1.0),
    "label-flip": Kind(0.3, changes_labels=True),
    "group-bias": Kind(0.5, changes_labels=True),
}


@dataclass(frozen=True)
class Scenario:
    """One change.

    Attributes:
        kind: Its name, one of `KINDS`.
        feature: The column; empty for `label-flip`.
        strength: How strong it is.
        group: Value of the group, for `group-bias`.
    """

    kind: str
    feature: str
    strength: float
    group: str = ""

    @property
    def changes_labels(self) -> bool:
        """Whether it changes labels, and not the traffic."""
        return KINDS[self.kind].changes_labels

    def __str__(self) -> str:
        place = ":".join(part for part in (self.kind, self.feature, self.group) if part)
        return f"{place}={self.strength:g}"


@dataclass(frozen=True)
class Drifted:
    """What became of a dataset.

    Attributes:
        rows: The rows, in their order.
        changed: How many values of each column differ from before.
    """

    rows: tuple[Row, ...]
    changed: dict[str, int]


@dataclass(frozen=True)
class _Column:
    """Values of a column in the rows that are sent, and what the whole dataset knows of it."""

    name: str
    values: _Values
    whole: Sequence[object]
    is_json: bool

    @property
    def numbers(self) -> list[float]:
        """Those of the dataset, or nothing if one of its values is not a number."""
        present = [value for value in self.whole if not is_missing(value)]
        found = [number(value) for value in present]
        return [value for value in found if value is not None] if None not in found else []

    @property
    def is_whole(self) -> bool:
        """Whether all of its numbers are written without a fraction."""
        return not any("." in str(value) or "e" in str(value).lower() for value in self.whole if not is_missing(value))

    def written(self, value: float) -> object:
        """Return a number as the column has numbers: text in CSV; a whole number where all are."""
        plain: float | int = round(value) if self.is_whole else float(f"{value:.10g}")
        return plain if self.is_json else f"{plain}"


def parse_scenario(text: str) -> Scenario:
    """Read `kind:feature=strength`, such as `shift:age=2` or `group-bias:home:rent`; the strength has a default.

    Raises:
        ScenarioError: It is not written so.
    """
    place, separator, tail = text.rpartition("=")
    if not separator:
        place, tail = text, ""
    kind, _, feature = place.partition(":")
    if kind not in KINDS:
        raise ScenarioError(f"--drift: got '{text}', expected one of {', '.join(KINDS)}, such as shift:age=2")
    known = KINDS[kind]
    strength = number(tail) if tail else known.strength
    if strength is None or (known.is_share and not 0 < strength <= 1):
        expected = "a share of more than 0 and at most 1, such as 0.3" if known.is_share else "a number, such as 2"
        raise ScenarioError(f"--drift {text}: got the strength '{tail}', expected {expected}")
    group = ""
    if kind == "group-bias":
        feature, _, group = feature.partition(":")
        if not feature or not group:
            raise ScenarioError(f"--drift {text}: expected the column and the value of the group: group-bias:home:rent")
    elif kind == "label-flip":
        if feature:
            raise ScenarioError(f"--drift {text}: labels have no feature; expected label-flip or label-flip=0.3")
    elif not feature:
        raise ScenarioError(f"--drift {text}: expected a feature, such as {kind}:age={known.strength:g}")
    return Scenario(kind, feature, strength, group)


def apply(
    scenarios: Sequence[Scenario], dataset: Dataset, rows: Sequence[Row], *, seed: int, label: str | None = None
) -> Drifted:
    """Return rows after some scenarios, one after the other; without any, the rows as they are.

    Args:
        scenarios: The changes.
        dataset: What it is compared with: its spread, its categories.
        rows: The rows that are changed; they stay as they are, copies are returned.
        seed: Of the random numbers; each scenario has its own, so that another one more leaves its choice as it was.
        label: Column of the labels.

    Raises:
        ScenarioError: A scenario does not fit the dataset.
    """
    current = [dict(row) for row in rows]
    for scenario in scenarios:
        source = random.Random(f"{seed} {scenario.kind} {scenario.feature} {scenario.group}")  # noqa: S311 - no secret
        name = label if scenario.changes_labels else scenario.feature
        if name is None:
            raise ScenarioError(f"--drift {scenario} changes labels; name their column with --label")
        if scenario.feature:
            dataset.require(scenario.feature, option=f"--drift {scenario}")
        dataset.require(name, option=f"--drift {scenario}")
        if name == label and not scenario.changes_labels:
            raise ScenarioError(f"--drift {scenario}: '{name}' is the label, which is not sent; use label-flip")
        column = _Column(
            name, [row.get(name) for row in current], [row.get(name) for row in dataset.rows], dataset.is_json
        )
        values = _labels(scenario, column, current, source) if label == name else _CHANGES[scenario.kind](
            column, scenario.strength, source
        )  # fmt: skip
        for row, value in zip(current, values, strict=True):
            if value is not row.get(name):
                row[name] = value
    changed = {
        name: count
        for name in dataset.columns
        if (count := sum(before.get(name) != after.get(name) for before, after in zip(rows, current, strict=True)))
    }
    return Drifted(tuple(current), changed)


def _shift(column: _Column, strength: float, _source: random.Random) -> _Values:
    spread = statistics.pstdev(_numbers(column, "shift"))
    if not spread:
        raise ScenarioError(f"shift: all values of '{column.name}' are the same, so they have no spread to shift by")
    step = strength * spread
    if column.is_whole:  # the type stays, and it moves
        step = math.copysign(max(1, round(abs(step))), step)
    return _each_number(column, lambda value: value + step)


def _scale(column: _Column, strength: float, _source: random.Random) -> _Values:
    _numbers(column, "scale")
    return _each_number(column, lambda value: value * strength)


def _missing(column: _Column, strength: float, source: random.Random) -> _Values:
    return _in_share(column.values, strength, source, lambda _: None if column.is_json else "")


def _new_category(column: _Column, strength: float, source: random.Random) -> _Values:
    numbers = column.numbers
    new: object = NEW_CATEGORY
    if numbers:  # one that is coded as a number
        new = column.written(max(numbers) + 1)
    return _in_share(column.values, strength, source, lambda _: new)


def _type_change(column: _Column, strength: float, source: random.Random) -> _Values:
    numbers = column.numbers
    codes = {value: place for place, value in enumerate(sorted({str(value) for value in column.whole}), start=1)}

    def change(value: object) -> object:
        if is_missing(value):
            return value
        known = number(value)
        if not numbers or known is None:  # a category: the number of its place among all
            code = codes.get(str(value), 0)
            return code if column.is_json else f"{code}"
        if column.is_whole:
            return known + 0.5 if column.is_json else f"{known + 0.5}"
        return f"{value} units"

    return _in_share(column.values, strength, source, change)


def _attribution(column: _Column, strength: float, source: random.Random) -> _Values:
    places = source.sample(range(len(column.values)), round(strength * len(column.values)))
    values = list(column.values)
    # Each goes to the next of the chosen places, so that none stays where it is.
    for place, before in zip(places, [*places[-1:], *places[:-1]], strict=True):
        values[place] = column.values[before]
    return values


_CHANGES: dict[str, _Change] = {
    "shift": _shift,
    "scale": _scale,
    "missing": _missing,
    "new-category": _new_category,
    "type-change": _type_change,
    "attribution": _attribution,
}


def _labels(scenario: Scenario, column: _Column, rows: Sequence[Row], source: random.Random) -> _Values:
    known = [
        label for _, label in sorted({str(value): value for value in column.whole if not is_missing(value)}.items())
    ]
    if len(known) < 2:  # noqa: PLR2004 - another one has to exist
        raise ScenarioError(f"{scenario.kind}: the labels in '{column.name}' are all the same")
    members = [place for place, row in enumerate(rows) if not scenario.group or _says(row, scenario)]
    if not members:
        raise ScenarioError(f"group-bias: no row that is sent has '{scenario.group}' in '{scenario.feature}'")
    values = list(column.values)
    for place in source.sample(members, round(scenario.strength * len(members))):
        values[place] = source.choice([label for label in known if label != values[place]])
    return values


def _says(row: Row, scenario: Scenario) -> bool:
    value = row.get(scenario.feature)
    return str(value) == scenario.group or (number(value) is not None and number(value) == number(scenario.group))


def _numbers(column: _Column, kind: str) -> list[float]:
    if not column.numbers:
        raise ScenarioError(f"{kind}: '{column.name}' does not hold numbers only; use new-category or type-change")
    return column.numbers


def _each_number(column: _Column, change: Callable[[float], float]) -> _Values:
    known = [number(value) for value in column.values]
    return [
        value if found is None else column.written(change(found))
        for value, found in zip(column.values, known, strict=True)
    ]


def _in_share(values: _Values, share: float, source: random.Random, change: Callable[[object], object]) -> _Values:
    chosen = set(source.sample(range(len(values)), round(share * len(values))))
    return [change(value) if place in chosen else value for place, value in enumerate(values)]
