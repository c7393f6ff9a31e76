"""What services say to the rest of AWS: events, metrics and logs."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox.process import clock
from sandbox.seams.names import Name, get


def put_event(source: str, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
    """Publish an event of an AWS service (``aws.sagemaker``, ...) on the default bus."""
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "Resources": resources}
    get(Name.PUT_EVENTS)({"Entries": [entry]}, allow_aws_source=True)


def put_metric_data(namespace: str, data: list[dict[str, Any]]) -> None:
    """Publish data points, each shaped as in PutMetricData; one without Timestamp is of now (the sandbox's clock)."""
    points = [{**point, "Timestamp": _epoch(point.get("Timestamp"))} for point in data]
    get(Name.PUT_METRIC_DATA)({}, {"Namespace": namespace, "MetricData": points}, False, True)


def write_log_lines(group: str, stream: str, lines: Sequence[str]) -> None:
    """Append lines to a log stream of CloudWatch Logs; group and stream are made when they are missing."""
    groups = get(Name.LOG_GROUPS)
    if group not in groups:
        get(Name.CREATE_LOG_GROUP)({"logGroupName": group})
    if stream not in groups[group]["streams"]:
        get(Name.CREATE_LOG_STREAM)({"logGroupName": group, "logStreamName": stream})
    milliseconds = int(clock.time() * 1000)
    events = [{"timestamp": milliseconds, "message": line} for line in lines]
    get(Name.PUT_LOG_EVENTS)({"logGroupName": group, "logStreamName": stream, "logEvents": events})


def _epoch(moment: datetime | float | str | None) -> float | str:
    if moment is None:
        return clock.time()
    return moment.timestamp() if isinstance(moment, datetime) else moment
