"""The calls of CloudWatch's API that MiniStack answers in part: expressions, metric math alarms, suppression."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.platform.cloudwatch import alarms, queries
from sandbox.platform.cloudwatch.math import MetricMathError, Series
from sandbox.seams import Name, Response, get

Call = Callable[[dict[str, Any], dict[str, Any], bool, bool], Response]
"""``(params of the query protocol, data of the JSON and CBOR protocols, is_cbor, is_json)``."""

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_MOST_LETTERS_OF_RULE = 10_240
_MOST_WATCHED = 100
_WATCHED = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\(([^)]*)\)")
_SUPPRESSION = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


def get_metric_data(original: Call) -> Call:
    """Answer GetMetricData with expressions."""

    def call(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:
        if not (is_cbor or is_json):
            return _outdated(params) or original(params, data, is_cbor, is_json)
        try:
            results = _results(data)
        except MetricMathError as error:
            return _validation_error(str(error), is_cbor)
        if is_cbor:
            encode = get(Name.CLOUDWATCH_CBOR_RESULT)
            return _response(Name.CLOUDWATCH_CBOR, {"MetricDataResults": [encode(result) for result in results]})
        return _response(Name.CLOUDWATCH_JSON, {"MetricDataResults": results})

    return call


def put_metric_alarm(original: Call) -> Call:
    """Keep the metric math of an alarm, and refuse at once what could never be evaluated."""

    def call(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:
        if not (is_cbor or is_json):
            return _outdated(params) or original(params, data, is_cbor, is_json)
        try:
            check_alarm(data)
        except ValueError as error:
            return _validation_error(str(error), is_cbor)
        answer = original(params, data, is_cbor, is_json)
        if data.get("Metrics"):
            alarm = get(Name.ALARMS)[data["AlarmName"]]
            use_metrics(alarm, data["Metrics"])
            alarms.evaluate(alarm)
        return answer

    return call


def put_composite_alarm(original: Call) -> Call:
    """Keep the suppressor of a composite alarm, and refuse a rule that is too long or names too many alarms."""

    def call(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:
        problem = _rule_problem(str(data.get("AlarmRule") or ""))
        if problem is not None:
            return _validation_error(problem, is_cbor)
        answer = original(params, data, is_cbor, is_json)
        alarm = get(Name.COMPOSITE_ALARMS).get(data.get("AlarmName", ""))
        if alarm is not None:
            alarm.update({key: data[key] for key in _SUPPRESSION if data.get(key) is not None})
        return answer

    return call


def _rule_problem(rule: str) -> str | None:
    if len(rule) > _MOST_LETTERS_OF_RULE:
        return (
            f"1 validation error detected: Value '{rule}' at 'alarmRule' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MOST_LETTERS_OF_RULE}"
        )
    watched = set(_WATCHED.findall(rule))
    if len(watched) > _MOST_WATCHED:
        return f"AlarmRule must not contain more than {_MOST_WATCHED} alarms"  # AWS's own words are not known
    return None


def set_alarm_state(original: Call) -> Call:
    """Let a state set by hand last until the next evaluation of a minute."""

    def call(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:
        name = data.get("AlarmName") or (params.get("AlarmName") or [""])[0]
        alarms.hold(name)
        return original(params, data, is_cbor, is_json)

    return call


def check_alarm(properties: Mapping[str, Any]) -> None:
    """Check an alarm's configuration: comparison, M out of N, and every expression.

    Raises:
        ValueError: What is wrong.
    """
    alarms.rule_of(properties)
    watched = properties.get("Metrics")
    if watched:
        queries.validate(watched)
        queries.returned(watched)


def use_metrics(alarm: dict[str, Any], metrics: Sequence[queries.Query]) -> None:
    """Make an alarm watch metric data queries instead of one metric."""
    for key in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"):
        alarm.pop(key, None)
    alarm["Metrics"] = list(metrics)


def _results(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = data.get("MetricDataQueries") or []
    parse = get(Name.PARSE_TIMESTAMP)
    start, end = float(parse(data["StartTime"])), float(parse(data["EndTime"]))
    newest_first = data.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = []
    for query in asked:
        if not query.get("ReturnData", True):
            continue
        period = queries.period_of([query] if "MetricStat" in query else asked)
        grid = queries.Grid.covering(start, end, period)
        points = _points(queries.evaluate(asked, query["Id"], grid), grid)
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or _label(query),
                "Timestamps": [moment for moment, _ in (reversed(points) if newest_first else points)],
                "Values": [value for _, value in (reversed(points) if newest_first else points)],
                "StatusCode": "Complete",
            }
        )
    return results


def _points(series: Series, grid: queries.Grid) -> list[tuple[str, float]]:
    return [
        (datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), value)
        for start, value in zip(grid.starts(), series, strict=True)
        if value is not None and value == value  # noqa: PLR0124 - NaN is no data point
    ]


def _label(query: Mapping[str, Any]) -> str:
    return str(query["MetricStat"]["Metric"]["MetricName"]) if "MetricStat" in query else str(query["Id"])


def _outdated(params: Mapping[str, Any]) -> Response | None:
    """Refuse metric math from clients so old that they speak the query protocol; it would be ignored silently."""
    if not any(key.endswith(".Expression") for key in params):
        return None
    message = (
        "the sandbox takes metric math from clients that speak CloudWatch's JSON protocol; use a current boto3 or AWS "
        "CLI"
    )
    error: Response = get(Name.CLOUDWATCH_ERROR)("ValidationError", message, 400)
    return error


def _validation_error(message: str, is_cbor: bool) -> Response:
    error: Response = get(Name.CLOUDWATCH_ERROR)(
        "ValidationError", message, 400, use_json=not is_cbor, use_cbor=is_cbor
    )
    return error


def _response(encoder: Name, data: dict[str, Any]) -> Response:
    response: Response = get(encoder)(data)
    return response
