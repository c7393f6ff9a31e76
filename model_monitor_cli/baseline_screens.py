"""What `model-monitor baseline` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from rich.table import Table
from rich.text import Text

from baseline.monitor_type import STATISTICS
from model_monitor_cli import times
from model_monitor_cli.baselines import Baseline, Version
from model_monitor_cli.differences import Difference
from model_monitor_cli.output import Output
from shared import s3
from shared.s3 import S3Uri

_MOST = 200
_OLD, _NEW = "red", "green"


def show_changes(output: Output, baseline: Baseline, changes: Sequence[Difference]) -> None:
    """Show where the limits in force differ from the suggested ones."""
    output.line(f"in force   {baseline.constraints}")
    output.line(f"suggested  {baseline.used / baseline.file}")
    output.say()
    if not changes:
        output.say("The limits in force are the suggested ones.")
        return
    _table(output, changes, "suggested", "in force")


def show_versions(output: Output, found: Sequence[Version]) -> None:
    """Show the versions of a baseline."""
    table = Table(box=None, pad_edge=True)
    for title in ("", "version", "made (UTC)", "from"):
        table.add_column(title, no_wrap=title != "from", overflow="fold")
    for version in found:
        mark = Text("in use", style=_NEW) if version.in_use else Text()
        table.add_row(mark, Text(version.name), Text(times.minute(version.made)), Text(version.origin))
    output.show(table)


def show_differences(output: Output, first: Version, second: Version, changes: Sequence[Difference]) -> None:
    """Show where two versions differ."""
    for sign, style, version in (("-", _OLD, first), ("+", _NEW, second)):
        output.line(Text(f"{sign} {version.name}, made {times.minute(version.made)}, {version.origin}", style=style))
    output.say()
    if not changes:
        output.say("They do not differ in limits and figures.")
        return
    _table(output, changes, first.name, second.name)


def show_refresh(output: Output, used: Version, changes: Sequence[Difference], version: str) -> None:
    """Show whether the data have changed, and what to do."""
    if used.source is None:
        output.say(
            f"The version {used.name} does not say what it was made of: an older release made it. Deploy once with "
            "another 'version' of the baseline, or with this release, and it will."
        )
        return
    if not changes:
        output.line(f"The baseline is that of the data at {used.origin}: nothing to do.")
        return
    output.line(f"The data at {used.origin} have changed since the baseline was made ({times.minute(used.made)} UTC):")
    for change in changes[:_MOST]:
        what = "is new" if change.before is None else "is gone" if change.after is None else "has another content"
        output.line(f"  {change.where} {what}")
    output.say()
    output.say("Deploy with another version; the job runs, and the monitor's next run compares with its result:")
    kind = "dataset" if "dataset" in used.source else "files"
    output.line(f'  Python: Baseline.from_{kind}(..., version="{version}")')
    output.line(f'  YAML:   version: "{version}", below baseline:')


def way_back(baseline: Baseline, version: Version, objects: Mapping[str, str | None]) -> dict[str, Any]:
    """Return how to go back to a version.

    Args:
        baseline: The baseline.
        version: The version.
        objects: What it was made of -> the id under which S3 keeps that state.

    Returns:
        `yaml` and `python`: lines for the app, None where files cannot take the place of a dataset; `restore`: commands
        that put the earlier data back.
    """
    files = {"constraints": version.folder / baseline.file}
    if s3.exists(version.folder / STATISTICS):
        files["statistics"] = version.folder / STATISTICS
    named = {} if version.has_categories else {name: str(uri) for name, uri in files.items()}
    python = [
        "baseline=Baseline.from_files(",
        *(f'    {name}=S3Location.from_uri("{uri}"),' for name, uri in named.items()),
        ")",
    ]
    return {
        "yaml": ["baseline:", *(f"  {name}: {uri}" for name, uri in named.items())] if named else None,
        "python": python if named else None,
        "restore": [_restore(S3Uri.parse(uri), kept) for uri, kept in objects.items() if kept],
    }


def show_way_back(output: Output, version: Version, way: Mapping[str, Any]) -> None:
    """Show how to go back to a version."""
    output.say(f"To {version.name}, made {times.minute(version.made)} UTC. Nothing has been changed.")
    if way["python"]:
        output.say("\nTake its files; no job runs, and your own limits are applied to them as before. In Python:")
        _lines(output, way["python"])
        output.say("or in YAML:")
        _lines(output, way["yaml"])
    else:
        output.say(
            "\nIts columns are handed over as categories, by a script that belongs to it: files alone cannot take its "
            "place. Bring its data back instead."
        )
    if way["restore"]:
        output.say("\nOr bring its data back, and deploy with another 'version'. Of equal ETags no job runs:")
        _lines(output, way["restore"])
    elif not way["python"]:
        output.say("Its bucket keeps no earlier versions of the objects, so they must come from elsewhere.")


def _lines(output: Output, lines: Sequence[str]) -> None:
    for line in lines:
        output.line(f"  {line}")


def _restore(uri: S3Uri, version_id: str) -> str:
    source = quote(f"{uri.bucket}/{uri.key}?versionId={version_id}")
    return f"aws s3api copy-object --bucket {uri.bucket} --key {quote(uri.key)} --copy-source {source}"


def _table(output: Output, changes: Sequence[Difference], old: str, new: str) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("where", old, new):
        table.add_column(title, overflow="fold")
    for change in changes[:_MOST]:
        table.add_row(Text(change.where), Text(_shown(change.before), style=_OLD), Text(_shown(change.after), _NEW))
    output.show(table)
    if len(changes) > _MOST:
        output.say(f"and {len(changes) - _MOST} more; --json has all")


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
