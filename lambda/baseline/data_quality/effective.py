"""From what a job suggests to what the monitor uses: true column names, the user's overrides, and checks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from baseline.data_quality.categories import Categories
from baseline.data_quality.fit import require_distributions, require_fit
from baseline.data_quality.overrides import apply_overrides, unknown_features
from baseline.data_quality.settings import Settings
from baseline.errors import BaselineError
from baseline.monitor_type import CONSTRAINTS, STATISTICS
from baseline.store import Store
from shared.logs import log
from shared.s3 import S3Uri


@dataclass(frozen=True)
class EffectiveBaseline:
    """The files that the monitor uses, with their content."""

    statistics_uri: S3Uri
    constraints_uri: S3Uri
    suggested_constraints_uri: S3Uri
    statistics: dict[str, Any]
    constraints: dict[str, Any]


def write_effective(
    settings: Settings, store: Store, folder: S3Uri, categories: Categories | None
) -> EffectiveBaseline:
    """Make and store the effective files; writing them again changes nothing.

    Args:
        settings: What the stack asks for.
        store: Where the files go.
        folder: Folder of this version of the baseline, with the files as the job (or the user) wrote them.
        categories: The columns that the generated script hands over as categories, or None without such a script.

    Raises:
        BaselineError: A file is unusable, or the stack names features that the baseline does not have.
    """
    statistics, constraints = (_read(store, folder / name) for name in (STATISTICS, CONSTRAINTS))
    if categories:
        for content in (statistics, constraints):
            _rename(content, categories)
    require_fit(statistics, constraints, where=str(folder))
    _check_features(settings, statistics)
    converted = categories.names if categories else ()
    constraints = apply_overrides(constraints, settings.overrides, converted=converted)
    require_distributions(statistics, constraints, where=str(folder))
    target = folder / f"effective-{settings.overrides_hash}"
    store.write(target / STATISTICS, json.dumps(statistics))  # megabytes of sketches: no line for every number
    store.write_json(target / CONSTRAINTS, constraints)
    log("effective files written", folder=target, features=len(statistics["features"]))
    return EffectiveBaseline(target / STATISTICS, target / CONSTRAINTS, folder / CONSTRAINTS, statistics, constraints)


def feature_names(content: dict[str, Any]) -> list[str]:
    """Return the features of a statistics or constraints file in column order."""
    return [feature["name"] for feature in content["features"]]


def _read(store: Store, uri: S3Uri) -> dict[str, Any]:
    content = store.read_json(uri)
    features = content.get("features")
    if not isinstance(features, list) or not features or not all("name" in feature for feature in features):
        raise BaselineError(
            f"{uri} has no list of named features; expected a file as Model Monitor's baseline job writes it"
        )
    return content


def _rename(content: dict[str, Any], categories: Categories) -> None:
    """Put the true column names in place of the positions that the script uses."""
    features = content["features"]
    if len(features) != len(categories.columns):
        raise BaselineError(
            f"the baseline job found {len(features)} columns, expected {len(categories.columns)} as in the dataset; "
            "check that every row has as many values as the header"
        )
    # The analyzer sorts the script's columns by their zero-padded positions, so their order is the true one.
    for feature, name in zip(features, categories.columns, strict=True):
        feature["name"] = name


def _check_features(settings: Settings, statistics: dict[str, Any]) -> None:
    known = feature_names(statistics)
    for where, names in (("Features", settings.features), ("MeanShift", settings.mean_shift)):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise BaselineError(unknown_features(where, unknown, known))
