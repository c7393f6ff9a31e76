"""Captured records of which nearly all traffic consists: CSV of one row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PlainRecords:
    """The records of some lines that have CSV in all wanted directions.

    Args:
        bodies: Their bodies, all those of a record after each other.
        odd: Places of the other lines.
        labels: Their labels, if they have any.
    """

    bodies: list[str] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def labels_without(self, unparsed: Sequence[int]) -> list[str]:
        """Return the labels without those of the records that could not be parsed."""
        left_out = set(unparsed)
        return [label for position, label in enumerate(self.labels) if position not in left_out]

    def places(self, lines: int, unparsed: Sequence[int]) -> tuple[NDArray[np.intp], list[int]]:
        """Return the lines of the plain records without those that could not be parsed, and all other lines.

        Args:
            lines: Number of lines.
            unparsed: Which of the plain records could not be parsed.
        """
        plain = np.delete(np.arange(lines), self.odd)
        return np.delete(plain, unparsed), sorted([*self.odd, *plain[unparsed].tolist()])
