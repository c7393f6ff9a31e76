"""`model-monitor simulate`: traffic from a dataset, as it is or with drift."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import Exit, UsageError
from model_monitor_cli.options import Json

if TYPE_CHECKING:
    from model_monitor_cli.context import Context
    from model_monitor_cli.datasets import Dataset
    from model_monitor_cli.output import Output
    from model_monitor_cli.scenarios import Drifted, Scenario
    from model_monitor_cli.simulated_targets import Target
    from model_monitor_cli.simulation import Traffic
    from shared.s3 import S3Uri

_ASKS_ABOVE = 500
_MOST = 100_000
_MOST_RATE = 200
_OF_THE_MONITORS = "monitors"
_SHOWN_BODIES = 3

Endpoint = Annotated[str, typer.Argument(help="The endpoint, or the model that is served elsewhere.")]
File = Annotated[Path, typer.Argument(help="The dataset: CSV, or a JSON object on each line.")]
Drift = Annotated[
    list[str] | None,
    typer.Option(
        help="A scenario, such as shift:age=2; repeat it for several. shift, scale, missing, new-category, "
        "type-change, attribution: of a feature. label-flip, group-bias:home:rent: of labels."
    ),
]
Count = Annotated[int, typer.Option(help="How many requests.", min=1, max=_MOST)]
Rate = Annotated[float, typer.Option(help="Requests a second, at most.", min=0.01, max=_MOST_RATE)]
Seed = Annotated[int, typer.Option(help="Of the random choices: the same seed sends the same requests.")]
Skip = Annotated[int, typer.Option(help="Leave out this many rows at the beginning.", min=0)]
LabelColumn = Annotated[str | None, typer.Option("--label", help="Column of the labels, which is not sent.")]
Drop = Annotated[list[str] | None, typer.Option(help="A column that is not sent; repeat it for several.")]
Prediction = Annotated[
    list[str] | None,
    typer.Option(help="Served elsewhere: a column with what the model answered; repeat it for several."),
]
File_ = Annotated[
    Path | None, typer.Option("--output", help="Send nothing; write the requests into this file, for a transform job.")
]
Truth = Annotated[
    str | None,
    typer.Option(help=f"Write the labels there: s3://..., or '{_OF_THE_MONITORS}' for where the monitors look."),
]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether the first line of CSV has names.")]
ContentType = Annotated[
    str | None, typer.Option(help="text/csv, application/json or application/jsonlines. Default: as the file is.")
]
Body = Annotated[
    str | None,
    typer.Option(help="Form of a JSON request, such as '{\"instances\": [$features]}'; $record is an object."),
]
Name = Annotated[str | None, typer.Option(help="Name of the simulation, in inference ids. Default: made of the time.")]
Attributes = Annotated[
    bool, typer.Option("--attributes/--no-attributes", help="Whether requests carry custom attributes, too.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Send nothing; show what would be sent.")]
Yes = Annotated[bool, typer.Option("--yes", help=f"Do not ask before more than {_ASKS_ABOVE} requests.")]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("simulate")(simulate)


def simulate(
    endpoint: Endpoint,
    file: File,
    drift: Drift = None,
    count: Count = 100,
    rate: Rate = 5.0,
    seed: Seed = 0,
    skip: Skip = 0,
    label: LabelColumn = None,
    drop: Drop = None,
    prediction: Prediction = None,
    ground_truth: Truth = None,
    header: Header = None,
    content_type: ContentType = None,
    body: Body = None,
    name: Name = None,
    attributes: Attributes = True,
    output_file: File_ = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send rows of a dataset to an endpoint, as they are or with drift, to see what the monitors find.

    Of a model that is served elsewhere, they are written as its captured records. Monitors take it for real traffic.
    Inference ids begin with 'simulated-', and requests carry the custom attribute synthetic=true, so that it can be
    filtered. Exit code 1: the endpoint refused some of the requests.
    """
    from model_monitor_cli import scenarios, simulated_records, simulation
    from model_monitor_cli.context import Context
    from model_monitor_cli.datasets import read_dataset
    from model_monitor_cli.output import Output
    from model_monitor_cli.simulated_targets import find_target

    dataset = read_dataset(file, header=header)
    chosen = [scenarios.parse_scenario(text) for text in drift or []]
    hidden = [*([label] if label else []), *(drop or []), *(prediction or [])]
    for option, columns in {"--label": [label] if label else [], "--drop": drop, "--prediction": prediction}.items():
        for column in columns or []:
            dataset.require(column, option=option)
    _check_labels(chosen, label, ground_truth)
    rows = simulation.chosen_rows(dataset, count, skip=skip)
    drifted = scenarios.apply(chosen, dataset, rows, seed=seed, label=label)
    encoder = simulation.encoder(dataset.without(hidden), content_type, body)
    bodies = [encoder.body(row) for row in drifted.rows]
    output = Output(as_json=json)
    _introduce(output, file, dataset, chosen, drifted)
    if dry_run or output_file:
        _keep_here(output, bodies, drifted, output_file)
        return
    context = Context()
    if count > _ASKS_ABOVE and not yes and not simulation.is_on_this_machine(context):
        _ask(f"{count:,} requests to the endpoint {endpoint} in {context.region}, {rate:g} a second", as_json=json)
    target = find_target(context, endpoint, ground_truth)
    for warning in target.warnings:
        output.say(f"! {warning}", style="yellow")
    run = simulation.run_name(name, context.now())
    traffic, written = simulation.Traffic(), 0
    try:
        with output.counting(f"{'Writing records of' if target.place else 'Sending to'} {endpoint}", count) as progress:
            if target.place:
                _require_no_form(content_type, body)
                inputs, predictions = _records(dataset, drifted, target.place.content_type, hidden, prediction or [])
                simulated_records.write(
                    context, target.place, inputs, predictions, name=run, into=traffic, progress=progress
                )
            else:
                _require_no_predictions(prediction)
                simulation.send(
                    context,
                    endpoint,
                    bodies,
                    content_type=encoder.content_type,
                    name=run,
                    attributes=simulation.custom_attributes(run, chosen) if attributes else None,
                    rate=rate,
                    into=traffic,
                    progress=progress,
                )
    finally:
        # Also of what was answered before somebody interrupted.
        if target.labels and label:
            written = _write_labels(context, target.labels, label, drifted, traffic)
    if target.place and not prediction:
        output.say("! without --prediction only monitors of inputs see these records", style="yellow")
    _show(output, target, run, seed, chosen, drifted, traffic, written)
    raise typer.Exit(Exit.TROUBLE if traffic.refused else Exit.FINE)


def _check_labels(chosen: list[Scenario], label: str | None, ground_truth: str | None) -> None:
    if ground_truth and not label:
        raise UsageError("--ground-truth needs --label: the column that has the labels")
    for scenario in chosen:
        if scenario.changes_labels and not (label and ground_truth):
            raise UsageError(
                f"--drift {scenario} changes labels only: name their column with --label, and where they are written "
                f"with --ground-truth s3://... (or --ground-truth {_OF_THE_MONITORS})"
            )


def _introduce(output: Output, file: Path, dataset: Dataset, chosen: list[Scenario], drifted: Drifted) -> None:
    names = "" if dataset.is_json or dataset.has_header else ", no header"
    output.say(f"{file.name}: {len(dataset.rows):,} rows, {len(dataset.columns)} columns{names}", style="dim")
    if chosen:
        changed = ", ".join(f"{name} in {number:,} rows" for name, number in drifted.changed.items()) or "nothing"
        output.say(f"drift: {', '.join(map(str, chosen))} changes {changed}", style="dim")


def _ask(what: str, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise UsageError(f"{what}: add --yes to send them, or choose a smaller --count (up to {_ASKS_ABOVE})")
    typer.confirm(f"{what}. Go on?", abort=True, err=True)


def _keep_here(output: Output, bodies: list[str], drifted: Drifted, file: Path | None) -> None:
    """Write the requests to a file of this machine, or show the first ones."""
    shown = {"bodies": bodies[:_SHOWN_BODIES], "changed": drifted.changed, "requests": len(bodies)}
    output.document({**shown, "file": str(file)} if file else shown)
    if file is None:
        for text in bodies[:_SHOWN_BODIES]:
            output.line(text)
        return
    try:
        file.write_text("".join(f"{body.rstrip()}\n" for body in bodies), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output: {file} cannot be written: {error.strerror}") from error
    output.line(f"{len(bodies):,} requests in {file}, one per line: the input of a transform job (SplitType=Line)")


def _records(
    dataset: Dataset, drifted: Drifted, content_type: str, hidden: Sequence[str], predictions: Sequence[str]
) -> tuple[list[str], list[str] | None]:
    """Return inputs and predictions as the service of a model would have them captured."""
    from model_monitor_cli import simulation

    inputs = simulation.encoder(dataset.without(hidden), content_type, None)
    others = [column for column in dataset.columns if column not in predictions]
    answers = simulation.encoder(dataset.without(others), content_type, None)
    return (
        [inputs.body(row) for row in drifted.rows],
        [answers.body(row) for row in drifted.rows] if predictions else None,
    )


def _require_no_form(content_type: str | None, body: str | None) -> None:
    if content_type or body:
        raise UsageError(
            "--content-type and --body are for endpoints; records have the format that the monitors of the model read"
        )


def _require_no_predictions(prediction: list[str] | None) -> None:
    if prediction:
        raise UsageError("--prediction is for models that are served elsewhere; an endpoint answers itself (--drop)")


def _write_labels(context: Context, place: S3Uri, label: str, drifted: Drifted, traffic: Traffic) -> int:
    from capture_writer import Payload
    from model_monitor_cli import label_files
    from model_monitor_cli.datasets import is_missing

    known = ((sent, drifted.rows[sent.place].get(label)) for sent in traffic.sent)
    return label_files.upload(
        context,
        place,
        (
            (label_files.Label(sent.inference_id, Payload.csv([value])), sent.time)
            for sent, value in known
            if not is_missing(value)
        ),
    )


def _show(
    output: Output,
    target: Target,
    run: str,
    seed: int,
    chosen: list[Scenario],
    drifted: Drifted,
    traffic: Traffic,
    labels: int,
) -> None:
    from model_monitor_cli import simulation

    times = [sent.time for sent in traffic.sent]
    prefix = f"{simulation.ID_PREFIX}{run}-"
    output.document(
        {
            "endpoint": None if target.place else target.name,
            "model": target.name if target.place else None,
            "records": str(target.place.folder) if target.place else None,
            "name": run,
            "id_prefix": prefix,
            "seed": seed,
            "scenarios": [str(scenario) for scenario in chosen],
            "changed": drifted.changed,
            "sent": len(traffic.sent),
            "refused": traffic.refused,
            "first_refusal": traffic.first_refusal,
            "start": min(times, default=None),
            "end": max(times, default=None),
            "ground_truth": {"location": str(target.labels), "labels": labels} if target.labels else None,
        }
    )
    if target.place:
        output.say(f"{len(traffic.sent):,} records written, {traffic.refused:,} refused", style="bold")
        output.line(f"to {target.place.folder}")
    else:
        output.say(f"{len(traffic.sent):,} requests answered, {traffic.refused:,} refused", style="bold")
    if traffic.first_refusal:
        says = "the reason of the first" if target.place else "the endpoint says"
        output.say(f"{says}: {traffic.first_refusal[:1000]}", style="yellow")
    output.line(f"inference ids: {prefix}000000 and so on (seed {seed})")
    if target.labels:
        output.line(f"labels: {labels:,} in {target.labels}")
    output.line(f"What a monitor finds in this hour: model-monitor run {target.name} <monitor> --start {_hour(times)}")


def _hour(times: Sequence[datetime]) -> str:
    return f"{min(times):%H}:00" if times else "HH:00"
