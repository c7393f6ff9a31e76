"""`model-monitor ground-truth`: brings labels to where the monitors look for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import Exit, UsageError
from model_monitor_cli.options import Endpoint, Json

if TYPE_CHECKING:
    from model_monitor_cli.captured_records import Captured
    from model_monitor_cli.given_labels import Given, Matched
    from model_monitor_cli.hourly_files import Hours
    from model_monitor_cli.output import Output
    from shared.s3 import S3Uri

_LOOK_BACK = "1d"
_MOST_DAYS = 31
_MOST_NAMED = 3

File = Annotated[
    Path,
    typer.Argument(help="CSV with the columns id and label, and optionally time (of the prediction); or JSON lines."),
]
Monitor = Annotated[str | None, typer.Option(help="The monitor, where several look for labels in different places.")]
Id = Annotated[str, typer.Option("--id", help="Column of the ids: the inference id, or the event id without one.")]
LabelColumn = Annotated[str, typer.Option("--label", help="Column of the labels.")]
Time = Annotated[
    str | None, typer.Option(help="Column of the times of the predictions. Default: time, if it is there.")
]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether the first line of CSV has names.")]
Last = Annotated[
    str | None,
    typer.Option(help=f"How far back captured records are read. Default: {_LOOK_BACK}, or what the times say."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Upload nothing; only say what matches.")]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("ground-truth")(ground_truth)


def ground_truth(
    endpoint: Endpoint,
    file: File,
    monitor: Monitor = None,
    id: Id = "id",  # noqa: A002 - what the option is called
    label: LabelColumn = "label",
    time: Time = None,
    header: Header = None,
    last: Last = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Upload labels to where model quality and bias monitors look for them, and say which records they belong to.

    Each label goes into the folder of the hour in which its record was captured. Labels of unknown records, and of
    records that have one already, are not uploaded; nothing is overwritten. Exit code 1: no label of the file belongs
    to a captured record, or some contradict labels that are there.
    """
    from model_monitor_cli import label_files
    from model_monitor_cli.context import Context
    from model_monitor_cli.datasets import read_dataset
    from model_monitor_cli.given_labels import given_labels, match
    from model_monitor_cli.hourly_files import Hours
    from model_monitor_cli.inventory import find_models
    from model_monitor_cli.label_sources import find_source
    from model_monitor_cli.output import Output

    dataset = read_dataset(file, header=header)
    when = time or ("time" if "time" in dataset.columns else None)
    given = given_labels(dataset, key=id, label=label, time=when)
    output, context = Output(as_json=json), Context()
    with output.working("Looking for the monitors"):
        source = find_source(context, find_models(context), endpoint, monitor)
    hours = _hours(last, given, context.now())
    with output.working("Matching") as progress:
        captured = source.captured(hours, progress.tell)
        # A label lies in the hour of its record, or in a later one if others have put it there.
        known = label_files.labels_in(source.labels, Hours(hours.first, context.now()), progress.tell)
        matched = match(given, captured, known)
    uploaded = 0
    if matched.new and not dry_run:
        with output.working("Uploading"):
            uploaded = label_files.upload(context, source.labels, matched.new)
    _show(output, source.labels, hours, matched, len(given), captured, uploaded=None if dry_run else uploaded)
    is_fine = not matched.contradicting and (matched.new or matched.repeated)
    raise typer.Exit(Exit.FINE if is_fine else Exit.TROUBLE)


def _hours(last: str | None, given: Sequence[Given], now: datetime) -> Hours:
    """Return the hours whose captured records are read."""
    from model_monitor_cli import times
    from model_monitor_cli.hourly_files import Hours

    known = [item.time for item in given if item.time]
    if last is None and len(known) == len(given):
        hours = Hours.around(min(known), max(known))
    else:
        span = times.parse_span(last or _LOOK_BACK)
        if not span:
            raise UsageError(f"--last: got '{last}', expected a length of time such as 12h or 7d")
        hours = Hours.around(now - span, now)
    if hours.last - hours.first > timedelta(days=_MOST_DAYS):
        raise UsageError(f"these are more than {_MOST_DAYS} days of captured records; upload the labels in parts")
    return hours


def _show(
    output: Output,
    place: S3Uri,
    hours: Hours,
    matched: Matched,
    given: int,
    captured: Captured,
    *,
    uploaded: int | None,
) -> None:
    records = len(captured.hours)
    output.document(
        {
            "location": str(place),
            "hours": {"first": hours.first, "last": hours.last},
            "given": given,
            "matching": len(matched.new) + len(matched.repeated) + len(matched.contradicting),
            "uploaded": uploaded or 0,
            "already_labelled": len(matched.repeated),
            "contradicting": matched.contradicting,
            "unknown": (*matched.unknown, *matched.hidden),
            "captured_records": records,
            "captured_without_id": captured.nameless,
            "captured_without_label": matched.unlabelled,
        }
    )
    what = f"{uploaded:,} uploaded" if uploaded is not None else f"{len(matched.new):,} would be uploaded"
    output.say(f"{given:,} labels: {what}", style="bold")
    output.line(f"to {place}")
    for title, ids in (
        ("labelled already", matched.repeated),
        ("labelled otherwise already, which stays", matched.contradicting),
        ("ids of no captured record", matched.unknown),
        ("event ids of records with an inference id, which a label has to name", matched.hidden),
    ):
        if ids:
            output.say(f"{title}: {len(ids):,} ({_some(ids)})")
    output.say(
        f"{records:,} records were captured between {hours.first:%Y-%m-%d %H:00} and {hours.last:%Y-%m-%d %H:59} UTC; "
        f"{matched.unlabelled:,} of them have no label{' yet' if matched.unlabelled else ''}"
    )
    if captured.nameless:
        output.say(
            f"{captured.nameless:,} records have no inference id, so that no label finds them: start transform "
            "jobs with GenerateInferenceId in their DataCaptureConfig.",
            style="yellow",
        )
    if matched.unknown:
        output.say(
            "Unknown ids: were they captured (sampling, a few minutes of delay), and in these hours (--last 7d looks "
            "further back)?"
        )


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_MOST_NAMED]) + (", ..." if len(ids) > _MOST_NAMED else "")
