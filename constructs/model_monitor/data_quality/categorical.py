"""Columns that the analyzer is handed as categories, because its drift distance cannot see them as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model_monitor.errors import ConfigurationError, OptionName, Setting, Shown
from model_monitor.internal.checking import checked


@checked
@dataclass(frozen=True)
class CategoricalFeatures:
    """Which columns are compared by the shares of their values.

    The service's drift distance ranks distinct values, so boolean, one-hot and small-integer columns never drift. A
    generated preprocessing script hands such columns over as text, in the baseline and in every run alike.

    Attributes:
        document: What the baseline function is given.
    """

    document: str | list[str]

    @classmethod
    @checked
    def auto(cls) -> CategoricalFeatures:
        """Every column that the drift distance cannot see. Costs a second baseline job, at the first deployment."""
        return cls("auto")

    @classmethod
    @checked
    def of(cls, features: Sequence[str] | str) -> CategoricalFeatures:
        """The named columns, or `"auto"`."""
        if isinstance(features, str):
            if features != "auto":
                raise ConfigurationError(
                    option="categorical",
                    value=features,
                    expected=("the word ", Shown("auto"), " or a list"),
                    fix=("write ", Setting("categorical", [features])),
                )
            return cls.auto()
        names = list(features)
        repeated = sorted({name for name in names if names.count(name) > 1})
        if not names or repeated:
            raise ConfigurationError(
                option="categorical",
                value=names,
                expected="at least one name, each once",
                fix=("leave ", OptionName("categorical"), " out if no column is meant"),
            )
        return cls(names)
