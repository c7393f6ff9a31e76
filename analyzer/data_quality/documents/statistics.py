"""statistics.json: what was seen in a data set.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html; the optional fields follow
the files that the service's container has written since 2024.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.data_quality.documents.reading import read_document
from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.data_quality.profile.kll import SHRINKING_FACTOR, SKETCH_SIZE, KllSketch, equal_width_buckets
from analyzer.data_quality.profile.table import TableProfile
from analyzer.job.failure import AnalysisError
from analyzer.text.jackson import Json

STATISTICS_FILE = "statistics.json"

# Of more texts than some limit the service keeps no counts. The limit is not published; it lies well above this.
_FEW_TEXTS = 50


def statistics_document(table: TableProfile) -> Json:
    """Return the content of statistics.json for a table."""
    return {
        "version": 0.0,
        "dataset": {"item_count": table.item_count},
        "features": [_feature(name, profile) for name, profile in table.columns.items()],
    }


def _feature(name: str, profile: ColumnProfile) -> Json:
    body = _numerical(profile) if profile.is_numeric else _string(profile)
    kind = "numerical_statistics" if profile.is_numeric else "string_statistics"
    return {"name": name, "inferred_type": profile.inferred_type.value, kind: body}


def _common(profile: ColumnProfile) -> Json:
    return {"num_present": profile.num_present, "num_missing": profile.num_missing}


def _numerical(profile: ColumnProfile) -> Json:
    moments = profile.moments
    buckets = equal_width_buckets(profile.sketch, moments.minimum, moments.maximum)
    return {
        "common": _common(profile),
        "mean": moments.mean,
        "sum": moments.sum,
        "std_dev": moments.standard_deviation,
        "min": moments.minimum,
        "max": moments.maximum,
        "approximate_num_distinct_values": profile.distinct.estimate(),
        "completeness": profile.completeness,
        "distribution": {
            "kll": {
                "buckets": [
                    {"lower_bound": lower, "upper_bound": upper, "count": count} for lower, upper, count in buckets
                ],
                "sketch": {
                    "parameters": {"c": SHRINKING_FACTOR, "k": float(SKETCH_SIZE)},
                    "data": [level.tolist() for level in profile.sketch.levels()],
                },
            }
        },
    }


def _string(profile: ColumnProfile) -> Json:
    body: dict[str, Json] = {
        "common": _common(profile),
        "distinct_count": float(profile.distinct.estimate()),
        "completeness": profile.completeness,
    }
    if profile.categories:
        buckets: list[Json] = [{"value": text, "count": n} for text, n in profile.categories.items()]
        body["distribution"] = {"categorical": {"buckets": buckets}}
    return body


@dataclass(frozen=True)
class FeatureDistribution:
    """Distribution of one feature in a baseline; at most one of the two is present.

    Args:
        sketch: Of numbers.
        categories: Counts of texts, of which there are few.
        is_lost: Whether neither is there although there were values that have one.
    """

    sketch: KllSketch | None = None
    categories: Mapping[str, int] | None = None
    is_lost: bool = False


@dataclass(frozen=True)
class BaselineStatistics:
    """The parts of a baseline's statistics.json that a monitoring run needs: names in order, distributions."""

    features: Mapping[str, FeatureDistribution]

    @classmethod
    def load(cls, path: Path) -> "BaselineStatistics":
        """Read a statistics.json.

        Raises:
            AnalysisError: When the file is not such a document.
        """
        document = read_document(path)
        try:
            return cls({feature["name"]: _distribution(feature) for feature in document["features"]})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AnalysisError(f"{path} is not a statistics.json: {type(error).__name__} {error}") from error


def _distribution(feature: Mapping[str, Any]) -> FeatureDistribution:
    numerical = feature.get("numerical_statistics") or {}
    string = feature.get("string_statistics") or {}
    kll = (numerical.get("distribution") or {}).get("kll")
    categorical = (string.get("distribution") or {}).get("categorical")
    if kll and any(kll["sketch"]["data"]):
        return FeatureDistribution(sketch=KllSketch.from_levels(kll["sketch"]["data"]))
    if categorical:
        return FeatureDistribution(
            categories={bucket["value"]: int(bucket["count"]) for bucket in categorical["buckets"]}
        )
    had_values = (numerical or string).get("common", {}).get("num_present", 1) > 0
    return FeatureDistribution(is_lost=had_values and string.get("distinct_count", 0) <= _FEW_TEXTS)
