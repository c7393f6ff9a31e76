"""What can be told of the data before a job of SageMaker Clarify is paid for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from baseline.errors import BaselineError
from baseline.source.dataset import DatasetFacts
from baseline.source.forms import Dataset

# Clarify itself names no minimum; with a handful of rows it fails in the middle
# (https://github.com/aws/sagemaker-python-sdk/issues/3260), and its metrics mean nothing.
_MIN_ROWS = 10


def check_dataset(config: Mapping[str, Any], dataset: Dataset, facts: DatasetFacts) -> None:
    """Tell before a job is paid for that columns are missing, or that there is too little to compute from.

    Args:
        config: The config of the baseline job.
        dataset: Where the data are and how they are written.
        facts: What is known of them.

    Raises:
        BaselineError: The job would fail.
    """
    if dataset.kind != "csv" or facts.columns is None:
        return  # elsewhere columns are found by paths, which only the job can follow
    columns = _columns(config, facts)
    for where, name in _named_columns(config):
        if isinstance(name, str) and name not in columns:
            raise BaselineError(
                f"{where} names {name!r}, which the dataset {dataset.uri} does not have; expected one of its columns: "
                f"{', '.join(columns)}"
            )
        if isinstance(name, int) and not 0 <= name < len(columns):
            raise BaselineError(f"{where}: got column {name}, expected 0 to {len(columns) - 1} in {dataset.uri}")
    if facts.is_whole and len(facts.rows) < _MIN_ROWS:
        raise BaselineError(
            f"the dataset {dataset.uri} has {len(facts.rows)} rows, expected {_MIN_ROWS} at the least: fewer tell "
            "nothing, and Clarify fails on them"
        )
    _check_label_values(config, dataset, facts, columns)


def _check_label_values(
    config: Mapping[str, Any], dataset: Dataset, facts: DatasetFacts, columns: tuple[str, ...]
) -> None:
    """Check that the labels that count as positive occur; a single number on many is a threshold instead."""
    wanted = config.get("label_values_or_threshold")
    if not facts.is_whole or not isinstance(wanted, list) or not wanted:
        return
    for where in ("label", "predicted_label"):
        name = config.get(where)
        if name is None:
            continue
        position = name if isinstance(name, int) else columns.index(name)
        values = Counter(row[position].strip() for row in facts.rows)
        if len(wanted) == 1 and all(map(_is_number, [*values, str(wanted[0])])):
            continue
        if not {_normal(str(value)) for value in wanted} & {_normal(value) for value in values}:
            most = ", ".join(repr(value) for value, _ in values.most_common(5))
            raise BaselineError(
                f"label_values_or_threshold: got {wanted!r}, none of which occurs in column {name!r} ({where}) of "
                f"{dataset.uri}; expected some of its values: {most}"
            )


def _columns(config: Mapping[str, Any], facts: DatasetFacts) -> tuple[str, ...]:
    assert facts.columns is not None
    headers = config.get("headers")
    if not headers:
        return facts.columns
    if len(headers) != len(facts.columns):
        raise BaselineError(
            f"headers: got {len(headers)} names, expected {len(facts.columns)}, as many as the baseline's dataset has "
            "columns; give the baseline's own list under BaselineConfig.headers if the monitor's is another"
        )
    return tuple(headers)


def _named_columns(config: Mapping[str, Any]) -> list[tuple[str, object]]:
    named = [(key, config.get(key)) for key in ("label", "predicted_label", "group_variable")]
    named += [(f"facet[{number}]", facet.get("name_or_index")) for number, facet in enumerate(config.get("facet", []))]
    return [(where, name) for where, name in named if name is not None]


def _is_number(text: str) -> bool:
    return isinstance(_normal(text), float)


def _normal(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
