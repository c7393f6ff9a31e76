"""The ``AWS/SageMaker`` metrics of endpoints, gathered and published together with the captured data.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox import seams
from sandbox.process import clock
from sandbox.sagemaker.hosting.fleet import Fleet, Variant

_CLIENT_ERROR, _SERVER_ERROR = range(400, 500), range(500, 600)


@dataclass
class _Counts:
    invocations: int = 0
    client_errors: int = 0
    server_errors: int = 0
    latency_sum: float = 0.0
    latency_minimum: float = float("inf")
    latency_maximum: float = 0.0


# Scope, endpoint, variant, and the minute of the invocations: a clock that is moved forward takes none of them along.
_Key = tuple[tuple[str, str], str, str, int]
_MINUTE = 60
_counts: dict[_Key, _Counts] = {}
_lock = threading.Lock()


def count(fleet: Fleet, variant: Variant, status: int, seconds: float) -> None:
    """Remember one invocation; ``seconds`` is what the model took."""
    microseconds = seconds * 1e6
    with _lock:
        minute = int(clock.time()) // _MINUTE * _MINUTE
        counts = _counts.setdefault((fleet.scope, fleet.endpoint, variant.name, minute), _Counts())
        counts.invocations += 1
        counts.client_errors += status in _CLIENT_ERROR
        counts.server_errors += status in _SERVER_ERROR
        counts.latency_sum += microseconds
        counts.latency_minimum = min(counts.latency_minimum, microseconds)
        counts.latency_maximum = max(counts.latency_maximum, microseconds)


def publish() -> None:
    """Send what was counted since the last time to CloudWatch."""
    with _lock:
        gathered = dict(_counts)
        _counts.clear()
    for (scope, endpoint, variant, minute), counts in gathered.items():
        dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
        where = {"Dimensions": dimensions, "Timestamp": datetime.fromtimestamp(minute, UTC)}
        with seams.scope(*scope):
            seams.put_metric_data("AWS/SageMaker", [{**datum, **where} for datum in _data(counts)])


def reset() -> None:
    """Forget what was counted."""
    with _lock:
        _counts.clear()


def _data(counts: _Counts) -> list[dict[str, Any]]:
    latency = {
        "SampleCount": counts.invocations,
        "Sum": counts.latency_sum,
        "Minimum": counts.latency_minimum,
        "Maximum": counts.latency_maximum,
    }
    return [
        _counted("Invocations", counts.invocations, counts.invocations),
        _counted("Invocation4XXErrors", counts.client_errors, counts.invocations),
        _counted("Invocation5XXErrors", counts.server_errors, counts.invocations),
        {"MetricName": "ModelLatency", "StatisticValues": latency, "Unit": "Microseconds"},
    ]


def _counted(name: str, total: int, of: int) -> dict[str, Any]:
    """``total`` times 1 and otherwise 0, among ``of`` samples."""
    statistics = {"SampleCount": of, "Sum": total, "Minimum": int(total == of), "Maximum": int(total > 0)}
    return {"MetricName": name, "StatisticValues": statistics, "Unit": "None"}
