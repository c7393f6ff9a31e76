"""Old data points appear late, as late as AWS documents, while the setting `late_metrics` is on.

Data points of 24 hours ago and more take 48 hours to become available, those of 3 to 24 hours ago 2 hours:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox.process import clock, settings
from sandbox.seams import Name, Response, account_id, get, region, replace, scope

_HOUR = 3600
_DELAYS = ((24 * _HOUR, 48 * _HOUR), (3 * _HOUR, 2 * _HOUR))
"""From which age on a data point takes how long, in seconds; the greatest age first."""

Call = Callable[..., Response]


class _Held(NamedTuple):
    """A data point that waits."""

    due: float
    account: str
    region: str
    namespace: str
    datum: Mapping[str, Any]


_held: list[_Held] = []
_lock = threading.Lock()


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.PUT_METRIC_DATA, _holding)


def release() -> None:
    """Publish what has waited long enough."""
    now = clock.time()
    with _lock:
        due = [held for held in _held if held.due <= now]
        _held[:] = [held for held in _held if held.due > now]
    for held in due:
        with scope(held.account, held.region):
            _store(held)


def _holding(original: Call) -> Call:
    def put_metric_data(params: Any, data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:
        # Clients that speak the query protocol are years old; their data count at once.
        if not (is_cbor or is_json) or not settings.current().late_metrics:
            return original(params, data, is_cbor, is_json)
        now = clock.time()
        at_once = []
        for datum in data.get("MetricData") or []:
            delay = _delay(now, datum)
            if delay:
                with _lock:
                    _held.append(_Held(now + delay, account_id(), region(), data["Namespace"], datum))
            else:
                at_once.append(datum)
        return original(params, {**data, "MetricData": at_once}, is_cbor, is_json)

    return put_metric_data


def _delay(now: float, datum: Mapping[str, Any]) -> int:
    """For how many seconds a data point is held."""
    if datum.get("Timestamp") is None:
        return 0
    age = now - float(get(Name.PARSE_TIMESTAMP)(datum["Timestamp"]))
    return next((delay for least, delay in _DELAYS if age >= least), 0)


def _store(held: _Held) -> None:
    get(Name.STORE_DATUM)(
        held.namespace,
        held.datum["MetricName"],
        {pair["Name"]: pair["Value"] for pair in held.datum.get("Dimensions") or []},
        float(get(Name.PARSE_TIMESTAMP)(held.datum["Timestamp"])),
        held.datum.get("Unit", "None"),
        held.datum.get("Value"),
        held.datum.get("Values"),
        held.datum.get("Counts"),
        held.datum.get("StatisticValues"),
    )
