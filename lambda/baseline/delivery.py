"""The end of a baseline: the files that the monitor will use, and the attributes that name them."""

from __future__ import annotations

import json
from typing import Any

from baseline import clarify, model_quality
from baseline.attributes import check_size, data_quality_attributes
from baseline.categories import Categories
from baseline.effective import write_effective
from baseline.errors import BaselineError
from baseline.monitor_type import ANALYSIS, CONSTRAINTS, STATISTICS, MonitorType
from baseline.properties import Properties
from baseline.store import Store
from baseline.workflow import generated_preprocessor
from shared import s3
from shared.s3 import S3Uri


def deliver(properties: Properties, store: Store, folder: S3Uri, fingerprint: str) -> dict[str, str]:
    """Make and store the effective files; return the attributes. Doing it again changes nothing.

    Args:
        properties: What the stack asks for.
        store: Where the files go.
        folder: Folder of this version of the baseline, with the files as the job (or the user) wrote them.
        fingerprint: The version.

    Raises:
        BaselineError: A file is unusable, or lacks what the stack names.
    """
    if properties.clarify:
        data = _clarify(properties.monitor_type, folder)
    elif properties.problem:
        data = _model_quality(properties, store, folder)
    else:
        data = _data_quality(properties, store, folder)
    data["Fingerprint"] = fingerprint
    check_size(data)
    return data


def _data_quality(properties: Properties, store: Store, folder: S3Uri) -> dict[str, str]:
    script_uri = generated_preprocessor(properties, folder)
    categories = Categories.of_script(s3.read(script_uri).decode()) if script_uri else None
    baseline = write_effective(properties, store, folder, categories)
    return data_quality_attributes(baseline, preprocessor_uri=script_uri, mean_shift=properties.mean_shift)


def _model_quality(properties: Properties, store: Store, folder: S3Uri) -> dict[str, str]:
    assert properties.problem is not None
    suggested = _read(folder / CONSTRAINTS)
    statistics = _read(folder / STATISTICS) if s3.exists(folder / STATISTICS) else None
    constraints = model_quality.effective_constraints(suggested, properties.problem, properties.quality_limits)
    values = model_quality.metric_attributes(properties.metrics, properties.problem, statistics, suggested)
    target = folder / f"effective-{properties.overrides_hash}"
    data = {"SuggestedConstraintsUri": str(folder / CONSTRAINTS), "StatisticsUri": "", "ItemCount": ""}
    if statistics:
        store.write(target / STATISTICS, json.dumps(statistics))
        data["StatisticsUri"] = str(target / STATISTICS)
        data["ItemCount"] = str(statistics.get("dataset", {}).get("item_count", 0))
    store.write_json(target / CONSTRAINTS, constraints)
    return {**data, "ConstraintsUri": str(target / CONSTRAINTS), **values}


def _clarify(monitor_type: MonitorType, folder: S3Uri) -> dict[str, str]:
    analysis, compared = _read(folder / ANALYSIS), clarify.COMPARED[monitor_type]
    if compared not in analysis:
        raise BaselineError(
            f"{folder / ANALYSIS} holds {', '.join(sorted(analysis)) or 'nothing'}, expected {compared}: a monitor of "
            f"{monitor_type.value} would have nothing to compare with; check that the analysis config asks for it"
        )
    return {"ConstraintsUri": str(folder / ANALYSIS), "ConfigUri": str(folder / clarify.CONFIG)}


def _read(uri: S3Uri) -> dict[str, Any]:
    try:
        return s3.read_json(uri)
    except s3.ObjectError as error:
        raise BaselineError(f"a file of the baseline cannot be used: {error}") from error
