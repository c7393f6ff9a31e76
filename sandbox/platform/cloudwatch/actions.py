"""Runs the actions of alarms: SNS topics and Lambda functions, when their policies let CloudWatch in."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.platform import delivery
from sandbox.platform.cloudwatch import email, suppression
from sandbox.process import clock
from sandbox.seams import Name, account_id, get, region

_ACTIONS_OF = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_REGION_NAMES = {"us-east-1": "US East (N. Virginia)"}
_SUBJECT_LENGTH = 100
_STATISTICS = {"SampleCount": "SAMPLE_COUNT"}

Alarm = Mapping[str, Any]


def dispatch(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
    """Run the actions of the state that an alarm has gone to, unless they are disabled or suppressed."""
    if not alarm.get("ActionsEnabled", True) or suppression.holds_back(alarm, old_state, new_state, reason):
        return
    run(alarm, old_state, new_state, reason)


def run(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
    """Run the actions of ``new_state``; the history tells how each of them went."""
    for arn in alarm.get(_ACTIONS_OF[new_state]) or []:
        kind = arn.split(":")[2]
        if kind not in {"sns", "lambda"}:
            _record(alarm, arn, f"the sandbox does not run actions of {kind}")
            continue
        service = delivery.CLOUDWATCH if kind == "sns" else delivery.CLOUDWATCH_TO_LAMBDA
        refused = delivery.refusal(arn, service, alarm["AlarmArn"])
        if refused is None and kind == "sns":
            subject = f'{new_state}: "{alarm["AlarmName"]}" in {_region_name()}'[:_SUBJECT_LENGTH]
            notification = _notification(alarm, old_state, new_state, reason)
            forms = {"default": json.dumps(notification), "email": email.text_of(notification, region())}
            get(Name.FANOUT)(arn, get(Name.NEW_UUID)(), json.dumps(forms), subject, "json")
        elif refused is None:
            get(Name.TO_LAMBDA)(arn, json.dumps(_invocation(alarm, old_state, new_state, reason)))
        _record(alarm, arn, refused)


def timestamp(time: float) -> str:
    """As alarm events, messages and reasons write it: ``2026-11-21T03:25:00.000+0000``."""
    moment = datetime.fromtimestamp(time, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def configuration(alarm: Alarm) -> dict[str, Any]:
    """An alarm's configuration as events and Lambda actions carry it."""
    described = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if alarm.get("AlarmRule"):
        suppressor = {
            key[0].lower() + key[1:]: alarm[key]
            for key in ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
            if alarm.get(key) is not None
        }
        return described | {"alarmRule": alarm["AlarmRule"]} | suppressor
    if alarm.get("Metrics"):
        return described | {"metrics": [_event_query(query) for query in alarm["Metrics"]]}
    metric = {"namespace": alarm.get("Namespace"), "name": alarm.get("MetricName"), "dimensions": _dimensions(alarm)}
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    stat = {"metric": metric, "period": alarm.get("Period"), "stat": statistic}
    return described | {"metrics": [{"id": "m1", "metricStat": stat, "returnData": True}]}


def _event_query(query: Mapping[str, Any]) -> dict[str, Any]:
    common = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if "MetricStat" not in query:
        return common | {"expression": query["Expression"]}
    stat = query["MetricStat"]
    metric = stat["Metric"]
    named = {"namespace": metric["Namespace"], "name": metric["MetricName"], "dimensions": _dimensions(metric)}
    return common | {"metricStat": {"metric": named, "period": stat["Period"], "stat": stat["Stat"]}}


def _notification(alarm: Alarm, old: str, new: str, reason: str) -> dict[str, Any]:
    """The message that subscribers of the topic get."""
    message: dict[str, Any] = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription") or None,
        "AWSAccountId": account_id(),
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": new,
        "NewStateReason": reason,
        "StateChangeTime": timestamp(clock.time()),
        "Region": _region_name(),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": old,
        **{key: list(alarm.get(key) or []) for key in ("OKActions", "AlarmActions", "InsufficientDataActions")},
    }
    if alarm.get("AlarmRule"):
        data = json.loads(alarm.get("StateReasonData") or "{}")
        children = [
            {"Arn": child["arn"], "State": {"Value": child["state"]["value"], "Timestamp": child["state"]["timestamp"]}}
            for child in data.get("triggeringAlarms", [])
        ]
        return message | {"AlarmRule": alarm["AlarmRule"], "TriggeringChildren": children}
    return message | {"Trigger": _trigger(alarm)}


def _trigger(alarm: Alarm) -> dict[str, Any]:
    rule = {
        "Period": alarm.get("Period"),
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": alarm["Threshold"],
        "TreatMissingData": alarm.get("TreatMissingData") or "missing",
        "EvaluateLowSampleCountPercentile": "",
    }
    if alarm.get("Metrics"):
        return {key: value for key, value in rule.items() if value is not None} | {"Metrics": list(alarm["Metrics"])}
    statistic = alarm.get("Statistic") or ""
    kind = (
        {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": alarm["ExtendedStatistic"]}
        if alarm.get("ExtendedStatistic")
        else {"StatisticType": "Statistic", "Statistic": _STATISTICS.get(statistic, statistic.upper())}
    )
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        **kind,
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"value": pair["Value"], "name": pair["Name"]} for pair in alarm.get("Dimensions") or []],
        **rule,
    }


def _invocation(alarm: Alarm, old: str, new: str, reason: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm["AlarmArn"],
        "accountId": account_id(),
        "time": timestamp(clock.time()),
        "region": region(),
        "alarmData": {
            "alarmName": alarm["AlarmName"],
            "state": {"value": new, "reason": reason, "timestamp": timestamp(clock.time())},
            "previousState": {"value": old},
            "configuration": configuration(alarm),
        },
    }


def _record(alarm: Alarm, arn: str, refused: str | None) -> None:
    data: dict[str, Any] = {"actionState": "Failed" if refused else "Succeeded", "notificationResource": arn}
    if refused:
        data["error"] = f"CloudWatch Alarms is not authorized to perform the action: {refused}"
    get(Name.HISTORY)().append(
        {
            "AlarmName": alarm["AlarmName"],
            "AlarmType": "CompositeAlarm" if alarm.get("AlarmRule") else "MetricAlarm",
            "Timestamp": datetime.fromtimestamp(clock.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "HistoryItemType": "Action",
            "HistorySummary": f"{'Failed to execute' if refused else 'Successfully executed'} action {arn}",
            "HistoryData": json.dumps(data),
        }
    )


def _dimensions(metric: Mapping[str, Any]) -> dict[str, str]:
    return {pair["Name"]: pair["Value"] for pair in metric.get("Dimensions") or []}


def _region_name() -> str:
    return _REGION_NAMES.get(region(), region())
