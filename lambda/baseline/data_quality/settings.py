"""The properties that only baselines of data quality have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from baseline.errors import BaselineError
from baseline.jobs.analyzer import Scripts
from baseline.reader import Reader, digest, texts
from baseline.source.forms import Dataset, Source


@dataclass(frozen=True)
class Settings:
    """What the stack asks for; see lambda/README.md for each property."""

    scripts: Scripts
    categorical: Literal["auto"] | tuple[str, ...]
    guards: bool
    overrides: Mapping[str, Any]
    overrides_hash: str
    features: tuple[str, ...]
    mean_shift: Mapping[str, float]
    drift_alarms: Mapping[str, float]

    @property
    def has_script(self) -> bool:
        """Whether runs get a generated preprocessing script."""
        return bool(self.categorical) or self.guards


def parse_settings(reader: Reader, source: Source) -> Settings:
    """Read the properties.

    Raises:
        BaselineError: One of them is malformed, or does not go with another one.
    """
    overrides = reader.json("Overrides", dict, {})
    settings = Settings(
        scripts=Scripts.of(reader),
        categorical=_categorical(reader),
        guards=reader.json("GuardRecords", bool, False),
        overrides=overrides,
        overrides_hash=digest(overrides, 12),
        features=texts("Features", reader.json("Features", list, [])),
        mean_shift={feature: float(factor) for feature, factor in reader.json("MeanShift", dict, {}).items()},
        drift_alarms={feature: float(limit) for feature, limit in reader.json("DriftAlarms", dict, {}).items()},
    )
    if settings.has_script and settings.scripts.preprocessor:
        option = "Categorical" if settings.categorical else "GuardRecords"
        raise BaselineError(
            f"got both {option} and PreprocessorUri, expected one: {option} works through a preprocessing script of "
            "its own; do the same in your script, or leave it out"
        )
    if settings.categorical and not isinstance(source, Dataset):
        raise BaselineError(
            "got Categorical with baseline files that exist already, expected a dataset: the files must be made from "
            "the converted columns"
        )
    return settings


def _categorical(reader: Reader) -> Literal["auto"] | tuple[str, ...]:
    text = reader.optional_text("Categorical")
    # The word alone is accepted beside its JSON form: a text in a template is easily written without the inner quotes.
    if text in ("auto", '"auto"'):
        return "auto"
    return texts("Categorical", reader.json("Categorical", list, []))
