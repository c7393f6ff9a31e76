"""`model-monitor simulate`: sends traffic from a dataset to an endpoint, as it is or with drift."""

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
    from model_monitor_cli.simulation import Encoder, Traffic
    from shared.s3 import S3Uri

_ASKS_ABOVE = 500
_MOST = 100_000
_MOST_RATE = 200
_OF_THE_MONITORS = "monitors"
_SHOWN_BODIES = 3
_ALL = 100

Endpoint = Annotated[str, typer.Argument(help="The endpoint.")]
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
    ground_truth: Truth = None,
    header: Header = None,
    content_type: ContentType = None,
    body: Body = None,
    name: Name = None,
    attributes: Attributes = True,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send rows of a dataset to an endpoint, as they are or with drift, to see what the monitors find.

    Monitors take it for real traffic. Inference ids begin with 'simulated-', and requests carry the custom attribute
    synthetic=true, so that it can be filtered. Exit code 1: the endpoint refused some of the requests.
    """
    from model_monitor_cli import scenarios, simulation
    from model_monitor_cli.context import Context
    from model_monitor_cli.datasets import read_dataset
    from model_monitor_cli.output import Output

    dataset = read_dataset(file, header=header)
    chosen = [scenarios.parse_scenario(text) for text in drift or []]
    hidden = [*([label] if label else []), *(drop or [])]
    for column in hidden:
        dataset.require(column, option="--label" if column == label else "--drop")
    _check_labels(chosen, label, ground_truth)
    rows = simulation.chosen_rows(dataset, count, skip=skip)
    drifted = scenarios.apply(chosen, dataset, rows, seed=seed, label=label)
    encoder = simulation.encoder(dataset.without(hidden), content_type, body)
    bodies = [encoder.body(row) for row in drifted.rows]
    output = Output(as_json=json)
    _introduce(output, file, dataset, chosen, drifted)
    if dry_run:
        output.document({"bodies": bodies[:_SHOWN_BODIES], "changed": drifted.changed, "requests": count})
        for text in bodies[:_SHOWN_BODIES]:
            output.line(text)
        return
    context = Context()
    if count > _ASKS_ABOVE and not yes and not simulation.is_on_this_machine(context):
        _ask(f"{count:,} requests to the endpoint {endpoint} in {context.region}, {rate:g} a second", as_json=json)
    labels_to = _prepare(output, context, endpoint, ground_truth)
    run = simulation.run_name(name, context.now())
    traffic, labels = _send(output, context, endpoint, encoder, bodies, drifted, run, chosen, label=label,
                            rate=rate, has_attributes=attributes, labels_to=labels_to)  # fmt: skip
    _show(output, endpoint, run, seed, chosen, drifted, traffic, labels_to, labels)
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


def _prepare(output: Output, context: Context, endpoint: str, ground_truth: str | None) -> S3Uri | None:
    """Look at the endpoint, and find where labels go.

    Raises:
        UsageError: There is no such endpoint, or labels cannot go there.
    """
    from model_monitor_cli import label_files
    from model_monitor_cli.choose import choose_models
    from model_monitor_cli.endpoints import describe_endpoint
    from model_monitor_cli.inventory import find_models

    described = describe_endpoint(context, endpoint)
    if described is None:
        known = ", ".join(model.endpoint for model in find_models(context) if model.endpoint) or "none"
        raise UsageError(f"there is no endpoint '{endpoint}' in {context.region}; monitored ones are: {known}")
    if described["EndpointStatus"] not in ("InService", "Updating"):
        raise UsageError(f"the endpoint '{endpoint}' is {described['EndpointStatus']}; expected InService")
    capture = described.get("DataCaptureConfig") or {}
    sampling = capture.get("CurrentSamplingPercentage", 0)
    if not capture.get("EnableCapture"):
        output.say("! the endpoint captures nothing, so no monitor sees this traffic", style="yellow")
    elif sampling < _ALL:
        output.say(f"! the endpoint captures {sampling} % of the requests, so monitors see fewer", style="yellow")
    if ground_truth is None:
        return None
    if ground_truth == _OF_THE_MONITORS:
        place = label_files.only_place(context, choose_models(find_models(context), endpoint), endpoint)
    else:
        place = label_files.parse_place(ground_truth, option="--ground-truth")
    label_files.require_apart(place, described)
    return place


def _send(
    output: Output,
    context: Context,
    endpoint: str,
    encoder: Encoder,
    bodies: list[str],
    drifted: Drifted,
    run: str,
    chosen: list[Scenario],
    *,
    label: str | None,
    rate: float,
    has_attributes: bool,
    labels_to: S3Uri | None,
) -> tuple[Traffic, int]:
    """Send everything, and write the labels of what was answered, also when somebody interrupts."""
    from model_monitor_cli import simulation

    traffic = simulation.Traffic()
    written = 0
    try:
        with output.counting(f"Sending to {endpoint}", len(bodies)) as progress:
            simulation.send(
                context,
                endpoint,
                bodies,
                content_type=encoder.content_type,
                name=run,
                attributes=simulation.custom_attributes(run, chosen) if has_attributes else None,
                rate=rate,
                into=traffic,
                progress=progress,
            )
    finally:
        if labels_to and label:
            written = _write_labels(context, labels_to, label, drifted, traffic)
    return traffic, written


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
    endpoint: str,
    run: str,
    seed: int,
    chosen: list[Scenario],
    drifted: Drifted,
    traffic: Traffic,
    labels_to: S3Uri | None,
    labels: int,
) -> None:
    from model_monitor_cli import simulation

    times = [sent.time for sent in traffic.sent]
    prefix = f"{simulation.ID_PREFIX}{run}-"
    output.document(
        {
            "endpoint": endpoint,
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
            "ground_truth": {"location": str(labels_to), "labels": labels} if labels_to else None,
        }
    )
    output.say(f"{len(traffic.sent):,} requests answered, {traffic.refused:,} refused", style="bold")
    if traffic.first_refusal:
        output.say(f"the endpoint says: {traffic.first_refusal[:1000]}", style="yellow")
    output.line(f"inference ids: {prefix}000000 and so on (seed {seed})")
    if labels_to:
        output.line(f"labels: {labels:,} in {labels_to}")
    output.line(f"What a monitor finds in this hour: model-monitor run {endpoint} <monitor> --start {_hour(times)}")


def _hour(times: Sequence[datetime]) -> str:
    return f"{min(times):%H}:00" if times else "HH:00"
