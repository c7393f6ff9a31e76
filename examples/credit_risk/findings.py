"""Reads what a run left behind and shows it beside the baseline."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.client import BaseClient
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_REPORT_FILES = ("constraint_violations.json", "statistics.json")
_NUMBER = re.compile(r"\d+\.\d+(?:E-?\d+)?")
_COLOURS = {"OK": "green", "ALARM": "bold red", "INSUFFICIENT_DATA": "yellow"}


def read_json(s3: BaseClient, uri: str) -> dict[str, Any]:
    """Reads a JSON document from S3."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return document


def download_report(s3: BaseClient, uri: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Copies a run's report to the laptop, and returns its documents by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = {name: read_json(s3, f"{uri}/{name}") for name in _REPORT_FILES}
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document, indent=2), encoding="utf-8")
    return documents


def show_execution(console: Console, execution: Mapping[str, Any]) -> None:
    """Says how a run ended."""
    status = execution["MonitoringExecutionStatus"]
    colour = "green" if status == "Completed" else "red"
    console.print(
        f"   Run of {execution['ScheduledTime']:%H:%M} UTC: [{colour}]{status}[/{colour}]"
        + (f" ({execution['FailureReason']})" if execution.get("FailureReason") else ""),
        highlight=False,
    )


def show_violations(
    console: Console, violations: Mapping[str, Any], baseline: Mapping[str, Any], current: Mapping[str, Any]
) -> None:
    """Shows each violated feature: what it was in training, what it is now."""
    before = {feature["name"]: feature for feature in baseline["features"]}
    now = {feature["name"]: feature for feature in current["features"]}
    table = Table(title="What drifted", title_justify="left")
    for column in ("feature", "baseline", "current", "finding"):
        table.add_column(column, overflow="fold")
    for violation in violations["violations"]:
        name = violation["feature_name"]
        table.add_row(
            f"[bold]{name}[/bold]",
            _summary(before.get(name)),
            _summary(now.get(name)),
            _NUMBER.sub(lambda number: f"{float(number[0]):.3g}", violation["description"]),
        )
    console.print(table)


def show_alarms(console: Console, cloudwatch: BaseClient) -> None:
    """Shows the state of every alarm."""
    alarms = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    table = Table(title="Alarms", title_justify="left")
    table.add_column("state")
    table.add_column("alarm", overflow="fold")
    for alarm in [*alarms["CompositeAlarms"], *alarms["MetricAlarms"]]:
        state = alarm["StateValue"]
        happened = alarm["AlarmDescription"].split(" Endpoint ")[0]
        kind = "[bold]composite:[/bold] " if "AlarmRule" in alarm else ""
        table.add_row(f"[{_COLOURS[state]}]{state}[/{_COLOURS[state]}]", f"{kind}{happened}")
    console.print(table)


def show_messages(console: Console, messages: list[dict[str, Any]]) -> None:
    """Shows e-mails as they were delivered."""
    for message in messages:
        body = message["body"]
        title = Text(f"To: {message['to']}   Subject: {message['subject']}")
        console.print(Panel(Text(body.strip()), title=title, title_align="left"))


def _summary(feature: Mapping[str, Any] | None) -> str:
    if feature is None:
        return "-"
    numbers = feature.get("numerical_statistics")
    statistics = numbers or feature.get("string_statistics") or {}
    common = statistics.get("common", {"num_present": 0, "num_missing": 0})
    records = common["num_present"] + common["num_missing"]
    missing = f", {common['num_missing'] / records:.0%} missing" if records and common["num_missing"] else ""
    if numbers:
        return f"mean {numbers['mean']:.4g} ± {numbers['std_dev']:.3g}{missing}"
    buckets = statistics.get("distribution", {}).get("categorical", {}).get("buckets", [])
    total = sum(bucket["count"] for bucket in buckets) or 1
    top = sorted(buckets, key=lambda bucket: -bucket["count"])[:2]
    shares = ", ".join(f"{bucket['value']} {bucket['count'] / total:.0%}" for bucket in top)
    return f"{shares or 'text'}{missing}"
