"""Which columns the generated preprocessing script expects, and which of them it makes categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baseline.data_quality import blind
from baseline.data_quality.script import configuration_of, script_text
from baseline.data_quality.script_template import category
from baseline.errors import BaselineError


@dataclass(frozen=True)
class Categories:
    """All columns of the data in order, and the positions of those that are handed over as categories."""

    columns: tuple[str, ...]
    positions: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are handed over as categories."""
        return tuple(self.columns[position] for position in self.positions)

    def script(self, *, strict: bool = False) -> str:
        """Return the preprocessing script.

        Args:
            strict: Whether a record with other columns is an error, as in a baseline job, or left out, as in a run.
        """
        return script_text({"columns": list(self.columns), "categorical": list(self.positions), "strict": strict})

    @classmethod
    def of_script(cls, script: str) -> Categories:
        """Read the columns back from a script."""
        configuration = configuration_of(script)
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
    return value if value.startswith("category ") else category(value)
