"""What all kinds of problems have in common: metrics of all rows, and of samples of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analyzer.text.jackson import Json

Mask: TypeAlias = NDArray[np.bool_]


class Outcomes(Protocol):
    """Predictions and labels of one kind of problem."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def sample(self, chosen: Mask) -> Self:
        """Return some of the rows."""
        ...

    def metrics(self) -> dict[str, float]:
        """Return the value of every metric, in the order of statistics.json; NaN where there is none."""
        ...

    def tables(self) -> Mapping[str, Json]:
        """Return what statistics.json has beside numbers: matrix and curves, by name."""
        ...

    def why_undefined(self) -> str:
        """Return why metrics have no finite value."""
        ...


@dataclass(frozen=True)
class Metric:
    """One number about a model.

    Args:
        value: Of all rows; NaN when the rows do not determine it.
        standard_deviation: Of samples of the rows; None when there are too few rows.
    """

    value: float
    standard_deviation: float | None = None


@dataclass(frozen=True)
class Quality:
    """How good the predictions of a data set are.

    Args:
        item_count: Number of rows.
        metrics: Numbers by name, in the order of statistics.json.
        tables: Matrix and curves by name.
    """

    item_count: int
    metrics: Mapping[str, Metric]
    tables: Mapping[str, Json] = field(default_factory=dict)
