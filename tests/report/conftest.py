"""Files of runs in the shapes in which the service leaves them, and S3 as a dictionary."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from run_report.collect import collect
from run_report.model import VIOLATIONS, Run, RunReport

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROOT = "s3://out/reports/credit-risk/credit-quality"
BASELINE = "s3://out/baselines/1"
Numbers = Sequence[float]


def numbers(name: str, values: Numbers, *, missing: int = 0, kind: str = "Fractional") -> dict[str, Any]:
    """Return a numerical feature; of up to 2050 values the service's sketch holds all, in one level."""
    low, high = min(values), max(values)
    width = (high - low) / 10
    buckets = [
        {"lower_bound": low + i * width, "upper_bound": low + (i + 1) * width, "count": len(values) / 10}
        for i in range(10)
    ]
    mean = sum(values) / len(values)
    return {
        "name": name,
        "inferred_type": kind,
        "numerical_statistics": {
            "common": {"num_present": len(values), "num_missing": missing},
            "mean": mean,
            "sum": sum(values),
            "std_dev": (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5,
            "min": low,
            "max": high,
            "approximate_num_distinct_values": len(set(values)),
            "distribution": {
                "kll": {
                    "buckets": buckets,
                    "sketch": {"parameters": {"c": 0.64, "k": 2048.0}, "data": [list(values)]},
                }
            },
        },
    }


def texts(name: str, counts: Mapping[str, int], *, missing: int = 0) -> dict[str, Any]:
    buckets = [{"value": value, "count": count} for value, count in counts.items()]
    return {
        "name": name,
        "inferred_type": "String",
        "string_statistics": {
            "common": {"num_present": sum(counts.values()), "num_missing": missing},
            "distinct_count": float(len(counts)),
            "distribution": {"categorical": {"buckets": buckets}},
        },
    }


def statistics(*features: dict[str, Any], records: int = 400) -> dict[str, Any]:
    return {"version": 0.0, "dataset": {"item_count": records}, "features": list(features)}


def drift(feature: str, distance: float = 0.4791) -> dict[str, str]:
    return {
        "feature_name": feature,
        "constraint_check_type": "baseline_drift_check",
        "description": f"Baseline drift distance: {distance} exceeds threshold: 0.1",
    }


class Files:
    """S3 with files in it; as a client it can do nothing but read them."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.read: list[str] = []

    def put(self, uri: str, content: object) -> None:
        self.content[uri] = content if isinstance(content, bytes) else json.dumps(content).encode()

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        uri = f"s3://{Bucket}/{Key}"
        self.read.append(uri)
        if uri not in self.content:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no such key"}}, "GetObject")
        return {"Body": StreamingBody(io.BytesIO(self.content[uri]), len(self.content[uri]))}


def folder(hours_ago: int = 0) -> str:
    return f"{ROOT}/{NOON - timedelta(hours=hours_ago):%Y/%m/%d/%H}"


def run(**changes: Any) -> Run:
    known: dict[str, Any] = {
        "watched": "endpoint credit-risk",
        "type": "DataQuality",
        "schedule": "credit-quality",
        "scheduled": NOON,
        "window": (NOON - timedelta(hours=1), NOON),
        "outcome": VIOLATIONS,
        "folder": folder(),
        "constraints": f"{BASELINE}/constraints.json",
        "statistics": f"{BASELINE}/statistics.json",
        "links": (("Runbook", "https://wiki.example.com/drift"),),
        "command": "model-monitor report credit-risk data-quality",
    }
    return Run(**{**known, **changes})


def listed(*statuses: str) -> list[dict[str, Any]]:
    """Return earlier runs as SageMaker lists them, the latest first: one per hour."""
    return [
        {"ScheduledTime": NOON - timedelta(hours=number), "MonitoringExecutionStatus": status}
        for number, status in enumerate(statuses, start=1)
    ]


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def gather(files: Files) -> Callable[..., RunReport]:
    def gathered(earlier: Sequence[Mapping[str, Any]] = (), **changes: Any) -> RunReport:
        return collect(run(**changes), files, earlier)  # type: ignore[arg-type]  # all that is used of a client

    return gathered


def data_quality(files: Files, features: int = 10) -> None:
    """Put a run with violations there: every fifth number has moved, texts have a new value, a feature has gaps."""
    chance = random.Random(7)
    before, now, found = [], [], []
    for number in range(features):
        name = f"feature_{number:03}"
        if number % 10 == 9:
            before.append(texts(name, {"rent": 300, "own": 100}))
            now.append(texts(name, {"rent": 100, "own": 280, "a </script> & <b>new</b> one": 20}))
            continue
        shift = 8.0 if number % 5 == 0 else 0.0
        before.append(numbers(name, [chance.gauss(number, 10) for _ in range(300)]))
        now.append(numbers(name, [chance.gauss(number + shift, 10) for _ in range(200)], missing=number % 3))
        if shift:
            found.append(drift(name, round(0.12 + number % 7 / 10, 2)))
    files.put(f"{BASELINE}/statistics.json", statistics(*before, records=3000))
    files.put(f"{folder()}/statistics.json", statistics(*now))
    files.put(f"{folder()}/constraint_violations.json", {"violations": found})


QUALITY = SimpleNamespace(
    before={
        "version": 0.0,
        "dataset": {"item_count": 3000},
        "binary_classification_metrics": {
            "confusion_matrix": {"0": {"0": 1900, "1": 231}, "1": {"0": 422, "1": 447}},
            "recall": {"value": 0.51, "standard_deviation": 0.01},
            "f0_5": {"value": 0.62, "standard_deviation": 0.01},
            "recall_best_constant_classifier": {"value": 0.0, "standard_deviation": 0.0},
            "true_positive_rate": {"value": 0.51, "standard_deviation": 0.01},
            "receiver_operating_characteristic_curve": {
                "false_positive_rates": [0.0, 0.1, 0.4, 1.0],
                "true_positive_rates": [0.0, 0.5, 0.9, 1.0],
            },
            "precision_recall_curve": {"precisions": [1.0, 0.7, 0.3], "recalls": [0.0, 0.5, 1.0]},
        },
    },
    now={
        "version": 0.0,
        "dataset": {"item_count": 400, "evaluation_time": "2026-11-21T03:00:00Z"},
        "binary_classification_metrics": {
            "confusion_matrix": {"0": {"0": 170, "1": 19}, "1": {"0": 138, "1": 73}},
            "recall": {"value": 0.346, "standard_deviation": 0.016},
            "f0_5": {"value": "NaN", "standard_deviation": None},
            "recall_best_constant_classifier": {"value": 0.0, "standard_deviation": 0.0},
            "true_positive_rate": {"value": 0.346, "standard_deviation": 0.016},
            "receiver_operating_characteristic_curve": {
                "false_positive_rates": [0.0, 0.2, 1.0],
                "true_positive_rates": [0.0, 0.3, 1.0],
            },
            "precision_recall_curve": {"precisions": [1.0, 0.5], "recalls": [0.0, 1.0]},
        },
    },
    constraints={
        "version": 0.0,
        "binary_classification_constraints": {
            "recall": {"threshold": 0.4376, "comparison_operator": "LessThanThreshold"},
            "true_positive_rate": {"threshold": 0.4376, "comparison_operator": "LessThanThreshold"},
        },
    },
    violations=[
        {
            "constraint_check_type": "LessThanThreshold",
            "description": f"Metric {name} with 0.346 +/- 0.016 was LessThanThreshold '0.4376'",
            "metric_name": name,
        }
        for name in ("recall", "truePositiveRate")
    ],
)


def model_quality(files: Files) -> None:
    files.put(f"{BASELINE}/statistics.json", QUALITY.before)
    files.put(f"{BASELINE}/constraints.json", QUALITY.constraints)
    files.put(f"{folder()}/statistics.json", QUALITY.now)
    files.put(f"{folder()}/constraint_violations.json", {"violations": QUALITY.violations})


def _bias(**values: Any) -> dict[str, Any]:
    metrics = [
        {"name": name, "description": f"A metric ({name})", "value": value}
        | ({"error": "Group variable is empty or not provided"} if value is None else {})
        for name, value in values.items()
    ]
    facets = {"sex": [{"value_or_threshold": "female", "metrics": metrics}]}
    return {"version": "1.0", "post_training_bias_metrics": {"label": "approved", "facets": facets}}


def bias(files: Files) -> None:
    files.put(f"{BASELINE}/analysis.json", _bias(DPPL=0.089, DI="Infinity", CDDPL=None, DCA=0.1))
    files.put(f"{folder()}/analysis.json", _bias(DPPL=-0.1224, DI=0.8, CDDPL=None, DCA=0.05))
    found = {
        "constraint_check_type": "bias_drift_check",
        "description": "Metric value -0.1224 doesn't meet the baseline constraint requirement 0.089",
        "facet": "sex",
        "facet_value": "female",
        "metric_name": "DPPL",
    }
    files.put(f"{folder()}/constraint_violations.json", {"version": "1.0", "violations": [found]})


def _shap(**values: float) -> dict[str, Any]:
    label = {"global_shap_values": values, "expected_value": 0.17}
    return {"version": "1.0", "explanations": {"kernel_shap": {"label0": label}}}


def attribution(files: Files) -> None:
    files.put(f"{BASELINE}/analysis.json", _shap(income=0.5, age=0.3, expenses=0.02, region=0.01))
    files.put(f"{folder()}/analysis.json", _shap(income=0.2, age=0.1, expenses=0.6, region=0.01))
    found = {
        "label": "label0",
        "metric_name": "shap",
        "constraint_check_type": "feature_attribution_drift_check",
        "description": "Feature attribution drift 0.860173572903856 exceeds threshold 0.9",
    }
    files.put(f"{folder()}/constraint_violations.json", {"version": "1.0", "violations": [found]})


KINDS: dict[str, tuple[Callable[[Files], None], dict[str, Any]]] = {
    "DataQuality": (data_quality, {}),
    "ModelQuality": (model_quality, {}),
    "ModelBias": (bias, {"constraints": f"{BASELINE}/analysis.json", "statistics": None}),
    "ModelExplainability": (attribution, {"constraints": f"{BASELINE}/analysis.json", "statistics": None}),
}
