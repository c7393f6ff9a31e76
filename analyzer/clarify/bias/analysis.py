"""The bias analysis of a data set."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analyzer.clarify.bias.counts import Counts, Sample
from analyzer.clarify.bias.distinct import DistinctValues
from analyzer.clarify.bias.flip_test import flips
from analyzer.clarify.bias.groups import Group, groups_of
from analyzer.clarify.bias.metrics import METRICS, UndefinedMetricError
from analyzer.clarify.config import BiasConfig, FacetConfig
from analyzer.clarify.reading.records import Records
from analyzer.job.failure import AnalysisError
from analyzer.text.values import category, is_missing

_log = logging.getLogger(__name__)

# Numbers of a feature by its name; None for a feature of anything else.
Features: TypeAlias = Mapping[str, NDArray[np.float64] | None]


@dataclass(frozen=True)
class MetricResult:
    """Value of one metric, or the reason why there is none."""

    name: str
    value: float | None
    error: str = ""


@dataclass(frozen=True)
class FacetResult:
    """Metrics of one value of one facet.

    Args:
        facet: Name of the column.
        group: The sensitive group.
        counts: Rows behind the metrics.
        pre_training: Metrics of the observed labels.
        post_training: Metrics of the predictions; empty without predictions.
    """

    facet: str
    group: Group
    counts: Counts
    pre_training: tuple[MetricResult, ...]
    post_training: tuple[MetricResult, ...]


@dataclass(frozen=True)
class BiasAnalysis:
    """Metrics of all facets.

    Args:
        label: Name of the label.
        positive: The positive outcome.
        facets: Results in the order of the configuration.
    """

    label: str
    positive: Group
    facets: tuple[FacetResult, ...]


def analyse_bias(config: BiasConfig, records: Records) -> BiasAnalysis:
    """Compute the configured metrics for every value of every facet.

    Rows of a table without observed or predicted label are left out.

    Raises:
        AnalysisError: When a column is missing or a threshold does not fit it.
    """
    records = _complete(records)
    (positive,) = groups_of(records.labels, config.label_values, f"label {records.label_name}")
    observed = positive.members(records.labels)
    predicted = None if records.predictions is None else positive.members(records.predictions)
    _warn_of_nothing(positive, observed, records.label_name)
    grouping = _codes(records.column(config.group_variable, "group_variable")[1]) if config.group_variable else None
    features = _numeric_features(records) if predicted is not None and "FT" in config.post_training else {}
    results = tuple(
        _facet_result(config, features, name, group, Sample(group.members(column), observed, predicted, grouping))
        for facet in config.facets
        for name, column, group in _facet_groups(facet, records)
    )
    return BiasAnalysis(records.label_name, positive, results)


def _facet_groups(facet: FacetConfig, records: Records) -> Iterator[tuple[str, Sequence[Any], Group]]:
    name, column = records.column(facet.column, "facet name_or_index")
    for group in groups_of(column, facet.values, f"facet {name}"):
        yield name, column, group


def _facet_result(config: BiasConfig, features: Features, facet: str, group: Group, sample: Sample) -> FacetResult:
    if sample.predicted is not None and "FT" in config.post_training:
        numbers = [column for column in (features[name] for name in features if name != facet) if column is not None]
        is_numeric = bool(numbers) and len(numbers) == len(features) - (facet in features)
        outcome = flips(np.column_stack(numbers), sample.sensitive, sample.predicted) if is_numeric else _NOT_NUMERIC
        sample = Sample(sample.sensitive, sample.positive, sample.predicted, sample.groups, outcome)
    counts = Counts.of(sample)
    return FacetResult(
        facet,
        group,
        counts,
        tuple(_result(name, counts) for name in config.pre_training),
        tuple(_result(name, counts) for name in config.post_training if sample.predicted is not None),
    )


_NOT_NUMERIC = "FlipTest does not support non-numeric columns"


def _result(name: str, counts: Counts) -> MetricResult:
    try:
        return MetricResult(name, METRICS[name].compute(counts))
    except UndefinedMetricError as error:
        return MetricResult(name, None, str(error))


def _complete(records: Records) -> Records:
    """Return the rows that have a label and a prediction; captured ones always do (`reading.rows`)."""
    columns = [records.labels] + ([records.predictions] if records.predictions is not None else [])
    missing = np.logical_or.reduce([DistinctValues.of(column).rows_where(is_missing) for column in columns])
    count = int(missing.sum())
    if not count and len(missing):
        return records
    kept = np.flatnonzero(~missing).tolist()
    if not kept:
        raise AnalysisError("Job inputs had no data: no row has a label" + (" and a prediction" * (len(columns) > 1)))
    _log.warning("%d of %d rows lack a label or a prediction and are left out", count, len(records.rows))
    return records.selected(kept)


def _numeric_features(records: Records) -> Features:
    """Return the columns as numbers; None for those that hold anything else."""
    return {
        name: _as_numbers([row[position] for row in records.rows])
        for position, name in enumerate(records.feature_names)
    }


def _as_numbers(column: Sequence[Any]) -> NDArray[np.float64] | None:
    try:
        numbers = np.array([float(value) for value in column])
    except (TypeError, ValueError):
        return None
    # Python reads 1_2 as twelve, nobody else does.
    if not np.isfinite(numbers).all() or any("_" in value for value in column if isinstance(value, str)):
        return None
    return numbers


def _codes(column: Sequence[Any]) -> NDArray[np.intp]:
    distinct = DistinctValues.of(column)
    texts = distinct.map(category)
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return np.array([places[text] for text in texts], dtype=np.intp)[distinct.codes]


def _warn_of_nothing(positive: Group, observed: NDArray[np.bool_], label: str) -> None:
    if not observed.any():
        how = "above" if positive.categories is None else "with the value"
        _log.warning(
            "no row has a %s %s %s: every metric will say that there are no positive outcomes; labels written with "
            "fractions (1.0) are continuous, so that a single value is a lower bound for them",
            *(label, how, positive.configured),
        )
