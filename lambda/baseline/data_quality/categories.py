"""The generated preprocessing script: which columns become categories, and the file that makes them so."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baseline.data_quality import blind, categories_template
from baseline.errors import BaselineError

_CONFIGURATION_LINE = re.compile(r"^CONFIGURATION: .* = (?P<value>\{.*\})$", re.MULTILINE)


@dataclass(frozen=True)
class Categories:
    """All columns of the data in order, and the positions of those that are handed over as categories."""

    columns: tuple[str, ...]
    positions: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are handed over as categories."""
        return tuple(self.columns[position] for position in self.positions)

    def script(self) -> str:
        """Return the preprocessing script: the template with these columns in its one line of configuration."""
        template = Path(categories_template.__file__).read_text(encoding="utf-8")
        configuration = {"columns": list(self.columns), "categorical": list(self.positions)}
        line = f"CONFIGURATION: dict[str, Any] = {configuration!a}"
        script, count = _CONFIGURATION_LINE.subn(lambda _: line, template)
        assert count == 1
        return script

    @classmethod
    def of_script(cls, script: str) -> Categories:
        """Read the columns back from a script, so that the script alone says what it does."""
        match = _CONFIGURATION_LINE.search(script)
        if not match:
            raise BaselineError("the stored preprocessor.py has no configuration; delete it to have it made anew")
        configuration = ast.literal_eval(match["value"])
        return cls(tuple(configuration["columns"]), tuple(configuration["categorical"]))

    @classmethod
    def of_names(cls, names: Sequence[str], columns: Sequence[str]) -> Categories:
        """Find named columns.

        Raises:
            BaselineError: The data have no such column.
        """
        unknown = [name for name in names if name not in columns]
        if unknown:
            raise BaselineError(
                f"Categorical names {', '.join(map(repr, unknown))}, which the dataset does not have; expected some "
                f"of its columns: {', '.join(columns)}"
            )
        return cls(tuple(columns), tuple(sorted(columns.index(name) for name in names)))

    @classmethod
    def of_profile(cls, statistics: Mapping[str, Any], constraints: Mapping[str, Any]) -> Categories:
        """Choose what `auto` converts: numerical columns whose drift the suggested method cannot see.

        Constant columns stay as they are: a category that never changes shows no more than a number that never does.
        The suggested method and threshold decide, not the user's overrides: otherwise a change of a threshold would
        change the columns, and with them the baseline.
        """
        suggested = constraints.get("monitoring_config", {}).get("distribution_constraints", {})
        positions = [
            position
            for position, feature in enumerate(statistics["features"])
            if "numerical_statistics" in feature
            and blind.distinct_values(feature) > 1
            and blind.blindness(feature, suggested)
        ]
        return cls(tuple(feature["name"] for feature in statistics["features"]), tuple(positions))


def as_category(value: str) -> str:
    """Return a value as the script writes it."""
    return value if value.startswith("category ") else categories_template.category(value)
