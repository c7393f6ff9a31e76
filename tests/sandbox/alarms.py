"""Alarms that a test puts and feeds on a metric of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.process.client import SandboxProcess

MINUTE = timedelta(minutes=1)
LONG = timedelta(minutes=30)


class Alarms:
    """Alarms on the metric of one test."""

    def __init__(self, box: SandboxProcess, client: Callable[..., Any], name: str) -> None:
        self.box = box
        self.cloudwatch = client("cloudwatch")
        self.name = name

    def put(self, suffix: str = "", **options: Any) -> str:
        name = f"{self.name}{suffix}"
        defaults: dict[str, Any] = {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "TreatMissingData": "missing",
        }
        if "Metrics" not in options:
            defaults |= {"Namespace": self.name, "MetricName": "M", "Period": 60, "Statistic": "Maximum"}
        self.cloudwatch.put_metric_alarm(AlarmName=name, **(defaults | options))
        return name

    def data(self, value: float | None = None, ago: timedelta | None = None, metric: str = "M", **options: Any) -> None:
        point = {"MetricName": metric, **options}
        if value is not None:
            point["Value"] = value
        if ago is not None:
            point["Timestamp"] = self.box.now() - ago
        self.cloudwatch.put_metric_data(Namespace=self.name, MetricData=[point])

    def describe(self, suffix: str = "") -> dict[str, Any]:
        answer = self.cloudwatch.describe_alarms(
            AlarmNames=[f"{self.name}{suffix}"], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return (answer["MetricAlarms"] + answer["CompositeAlarms"])[0]

    def state(self, suffix: str = "") -> str:
        return self.describe(suffix)["StateValue"]

    def history(self, suffix: str = "", kind: str = "Action") -> list[dict[str, Any]]:
        answer = self.cloudwatch.describe_alarm_history(
            AlarmName=f"{self.name}{suffix}", HistoryItemType=kind, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return answer["AlarmHistoryItems"]

    def metric(self, name: str, identity: str, stat: str = "Sum") -> dict[str, Any]:
        metric = {"Namespace": self.name, "MetricName": name}
        return {"Id": identity, "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}

    def mails(self) -> list[dict[str, Any]]:
        return [mail for mail in self.box.outbox() if mail["to"] == f"{self.name}@example.com"]
