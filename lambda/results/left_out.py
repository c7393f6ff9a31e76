"""How many captured records the generated script of a monitor has left out, because they do not fit its baseline.

AWS's container offers a script no way to count: it takes what the script returns for rows, and so what it prints. So
when a run has ended, its captured records are read where they lie, and judged by what the script does
(`results/look.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from results.metrics import Point


@dataclass(frozen=True)
class LeftOut:
    """What became of the captured records of a run.

    Attributes:
        records: How many the script was given.
        left_out: How many of these it left out.
        is_estimate: Whether this is known of a sample only.
    """

    records: float
    left_out: float
    is_estimate: bool = False

    @property
    def share(self) -> float:
        """Share of the records that were left out; 0 without records."""
        return self.left_out / self.records if self.records else 0.0

    def __str__(self) -> str:
        about = "about " if self.is_estimate else ""
        return f"{about}{self.left_out:.0f} of {self.records:.0f} records, without the columns of the baseline"

    def points(self) -> list[Point]:
        """Return what is published."""
        if not self.records:
            return []
        return [Point("RecordsLeftOut", round(self.left_out), unit="Count"), Point("ShareLeftOut", self.share)]
