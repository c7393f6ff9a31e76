"""Shows what the monitors found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.client import BaseClient
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from examples.credit_risk.runs import Run
from examples.credit_risk.troubles import Hour

_NUMBER = re.compile(r"\d+\.\d+(?:E-?\d+)?")
_TOP_FEATURES = 6
MONITORS = {
    "DataQuality": "data quality",
    "ModelQuality": "model quality",
    "ModelBias": "bias",
    "ModelExplainability": "attribution",
}


def show_runs(console: Console, runs: Sequence[Run]) -> None:
    """Say in a line how the runs of an hour ended."""
    outcomes = ", ".join(f"{MONITORS[run.monitor]} {_outcome(run)}" for run in runs)
    console.print(Padding(outcomes, (0, 0, 0, 3)), highlight=False)
    for run in runs:
        if run.reason:
            console.print(Padding(Text(f"{MONITORS[run.monitor]}: {run.reason}", style="red"), (0, 0, 0, 3)))


def show_hours(console: Console, hours: Sequence[tuple[Hour, Sequence[Run]]]) -> None:
    """Show all hours and all monitors side by side."""
    table = Table(title="Who found what (number of violations)", title_justify="left")
    table.add_column("hour", overflow="fold")
    for run in hours[0][1]:
        table.add_column(MONITORS[run.monitor], justify="right")
    for hour, runs in hours:
        table.add_row(hour.title, *(_outcome(run) for run in runs))
    console.print(table)


def show_drift(console: Console, run: Run, baseline: Mapping[str, Any]) -> None:
    """Show each violated feature: what it was in training, what it is now."""
    before = {feature["name"]: feature for feature in baseline["features"]}
    now = {feature["name"]: feature for feature in run.report["statistics.json"]["features"]}
    table = Table(title="What drifted", title_justify="left")
    for column in ("feature", "baseline", "current", "finding"):
        table.add_column(column, overflow="fold")
    for violation in run.violations:
        name = violation["feature_name"]
        table.add_row(
            f"[bold]{name}[/bold]",
            _summary(before.get(name)),
            _summary(now.get(name)),
            _NUMBER.sub(lambda number: f"{float(number[0]):.3g}", violation["description"]),
        )
    console.print(table)


def show_attributions(console: Console, run: Run, baseline: Mapping[str, Any]) -> None:
    """Shows which features matter to the model, in the baseline and now."""
    before, now = _ranked(baseline), _ranked(run.report["analysis.json"])
    table = Table(title="What decides (mean absolute SHAP value)", title_justify="left")
    for column in ("", "baseline", "now"):
        table.add_column(column)
    for rank, (old, new) in enumerate(zip(before, now, strict=True), start=1):
        if rank <= _TOP_FEATURES:
            table.add_row(str(rank), *(f"{name} [dim]{value:.3f}[/dim]" for name, value in (old, new)))
    console.print(table)


def show_alarms(console: Console, cloudwatch: BaseClient, since: datetime) -> None:
    """Show the alarms that went into ALARM."""
    alarms = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    every = [*alarms["CompositeAlarms"], *alarms["MetricAlarms"]]
    for alarm in every:
        if alarm["StateValue"] != "ALARM" or alarm["StateTransitionedTimestamp"] < since:
            continue
        kind = "[bold]composite:[/bold] " if "AlarmRule" in alarm else ""
        happened = alarm["AlarmDescription"].split(" Endpoint ")[0].split(" Runbook:")[0]
        console.print(Padding(f"[red]ALARM[/red] {kind}{happened}", (0, 0, 0, 3)), highlight=False)


def show_message(console: Console, message: Mapping[str, Any]) -> None:
    """Show an e-mail as it was delivered; its addresses stay whole, so that they can be clicked and copied."""
    console.print(Rule("e-mail", align="left"))
    for line in (f"To: {message['to']}", f"Subject: {message['subject']}", "", *message["body"].strip().splitlines()):
        console.print(Text(line), soft_wrap=True)
    console.print(Rule())


def _outcome(run: Run) -> str:
    if run.has_failed:
        return f"[bold red]{run.status}[/bold red]"
    if run.is_quiet:
        return "[green]quiet[/green]"
    return f"[bold red]{len(run.violations)}[/bold red]"


def _ranked(analysis: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The features of analysis.json, the one that matters most first."""
    (values,) = analysis["explanations"]["kernel_shap"].values()
    return sorted(values["global_shap_values"].items(), key=lambda item: -item[1])


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
