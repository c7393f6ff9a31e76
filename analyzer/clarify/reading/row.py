"""One row that was read by itself, with where it stands."""

from dataclasses import dataclass
from typing import Any

from analyzer.clarify.reading.bodies import Features, values_of
from analyzer.dataset.payload import PayloadKind
from analyzer.job.issues import Location


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        location: Where its record stands.
        kind: How it is written.
        features: Values of the features.
        label: Observed label; None when the analysis needs none.
        prediction: Predicted label; None when the analysis needs none.
        names: Names of the features, where they are members of an object.
    """

    location: Location
    kind: PayloadKind
    features: list[Any]
    label: Any = None
    prediction: Any = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        location: Location,
        kind: PayloadKind,
        features: Features,
        label: Any = None,  # noqa: ANN401 - CSV text or JSON
        prediction: Any = None,  # noqa: ANN401 - CSV text or JSON
    ) -> "Row":
        """Return the row of features that may have names."""
        names = tuple(features) if isinstance(features, dict) else ()
        return cls(location, kind, values_of(features), label, prediction, names)
