"""Sends rows of a dataset to an endpoint: at a steady rate, each request marked as simulated."""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from botocore.exceptions import ClientError

from model_monitor_cli.datasets import Dataset, Row, number
from model_monitor_cli.exits import CommandError, UsageError
from model_monitor_cli.scenarios import Scenario
from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

ID_PREFIX = "simulated-"
"""How the inference id of each simulated request begins."""
ATTRIBUTE = "synthetic=true"
"""Custom attribute of each simulated request; `preprocessors/scripts/drop_synthetic_traffic.py` leaves it out."""
CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_MOST_ATTRIBUTES = 1024  # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
_WORKERS = 4
_GIVE_UP_AFTER = 10
# What an endpoint answers that cannot serve this request; everything else is a mistake that all requests share.
_REFUSED = ("ModelError", "ModelNotReadyException", "InternalFailure", "ServiceUnavailable", "ThrottlingException")
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_INTEGER = re.compile(r"[+-]?\d{1,15}")


class SimulationError(CommandError):
    """The endpoint does not take the traffic."""


@dataclass(frozen=True)
class Encoder:
    """How a row becomes the body of a request.

    Attributes:
        content_type: One of `text/csv`, `application/json`, `application/jsonlines`.
        columns: The features, in the order in which CSV has them.
        template: JSON in which `$record` stands for the row as an object, and `$features` for it as a list.
    """

    content_type: str
    columns: tuple[str, ...]
    template: str = "$record"

    def body(self, row: Row) -> str:
        """Return the body of a row's request."""
        if self.content_type == CSV:
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow([_csv_value(row.get(name)) for name in self.columns])
            return text.getvalue()
        record = {name: _json_value(row[name]) for name in self.columns if name in row}
        parts = {"$record": json.dumps(record), "$features": json.dumps(list(record.values()))}
        body = re.sub(r"\$record|\$features", lambda match: parts[match[0]], self.template)
        return f"{body}\n" if self.content_type == JSON_LINES else body


@dataclass(frozen=True)
class Sent:
    """A request that the endpoint has answered.

    Attributes:
        place: Of its row.
        inference_id: Its id.
        time: When it was sent, as the service's clock has it.
    """

    place: int
    inference_id: str
    time: datetime


@dataclass
class Traffic:
    """What became of the requests.

    Attributes:
        sent: Those that were answered, in the order of their rows.
        refused: How many the endpoint has refused.
        first_refusal: What it said about the first of them.
    """

    sent: list[Sent] = field(default_factory=list)
    refused: int = 0
    first_refusal: str = ""


def run_name(name: str | None, now: datetime) -> str:
    """Return the name of a simulation, which its inference ids have; by default one that no other has.

    Raises:
        UsageError: The name cannot be part of an inference id.
    """
    if name is None:
        return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    if not _NAME.fullmatch(name):
        raise UsageError(f"--name: got '{name}', expected at most 40 letters, digits, dots, dashes and underscores")
    return name


def chosen_rows(dataset: Dataset, count: int, *, skip: int = 0) -> list[Row]:
    """Return as many rows as wanted, in the order of the file, which begins again at its end."""
    return list(islice(cycle(dataset.rows), skip, skip + count))


def inference_id(name: str, place: int) -> str:
    """Return the inference id of a request: `simulated-<name>-000017`."""
    return f"{ID_PREFIX}{name}-{place:06}"


def custom_attributes(name: str, scenarios: Sequence[Scenario]) -> str:
    """Return the custom attributes of the requests: that they are not real, and what was done to them."""
    drift = ",".join(quote(str(scenario), safe=":=") for scenario in scenarios) or "none"
    return f"{ATTRIBUTE};run={name};drift={drift}"[:_MOST_ATTRIBUTES]


def encoder(dataset: Dataset, content_type: str | None, template: str | None) -> Encoder:
    """Return what makes bodies of the rows of a dataset.

    Raises:
        UsageError: The template is not JSON, or has no place for the row.
    """
    kind = content_type or (JSON if dataset.is_json else CSV)
    if kind not in (CSV, JSON, JSON_LINES):
        raise UsageError(f"--content-type: got '{kind}', expected {CSV}, {JSON} or {JSON_LINES}")
    if template is None:
        return Encoder(kind, dataset.columns)
    if kind == CSV:
        raise UsageError(f"--body is for JSON; the content type is {CSV}")
    made = Encoder(kind, dataset.columns, template)
    if "$record" not in template and "$features" not in template:
        raise UsageError("--body has neither $record nor $features, so every request would be the same")
    try:
        json.loads(made.body(dataset.rows[0]))
    except ValueError as error:
        raise UsageError(f"--body is not JSON ({error}); expected such as '{{\"instances\": [$features]}}'") from None
    return made


def is_on_this_machine(context: Context) -> bool:
    """Say whether the calls go to an embedded AWS on this machine."""
    return urlsplit(context.sagemaker.meta.endpoint_url).hostname in _THIS_MACHINE


def send(
    context: Context,
    endpoint: str,
    bodies: Sequence[str],
    *,
    content_type: str,
    name: str,
    attributes: str | None,
    rate: float,
    into: Traffic,
    progress: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Send requests, never more a second than the rate.

    Args:
        context: AWS.
        endpoint: The endpoint.
        bodies: A body for each request.
        content_type: Of the bodies.
        name: Of the simulation.
        attributes: Custom attributes of each request.
        rate: Requests a second.
        into: Is filled, also when this is interrupted.
        progress: Is told how many were answered.
        sleep: Waits.
        clock: Seconds.

    Raises:
        SimulationError: The endpoint refuses the first requests, all of them.
        ClientError: AWS refuses for a reason that all requests share.
    """
    runtime = context.client("sagemaker-runtime")
    now = context.now  # asks the service once, before the threads do
    now()
    options: dict[str, Any] = {"CustomAttributes": attributes} if attributes else {}

    def call(place: int) -> tuple[Sent | None, str]:
        sent = Sent(place, inference_id(name, place), now())
        try:
            runtime.invoke_endpoint(
                EndpointName=endpoint,
                ContentType=content_type,
                Body=bodies[place].encode(),
                InferenceId=sent.inference_id,
                **options,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _REFUSED:
                raise
            return None, errors.message(error)
        return sent, ""

    began = clock()
    pool = ThreadPoolExecutor(_WORKERS)
    pending: set[Future[tuple[Sent | None, str]]] = set()

    def note(until_only: int) -> None:
        while done := wait(pending, None if len(pending) > until_only else 0, FIRST_COMPLETED).done:
            for future in done:
                pending.remove(future)
                _note(into, *future.result(), progress)

    try:
        for place in range(len(bodies)):
            pause = began + place / rate - clock()
            if pause > 0:
                sleep(pause)
            pending.add(pool.submit(call, place))
            note(until_only=2 * _WORKERS)
        note(until_only=0)
    finally:
        pool.shutdown(cancel_futures=True)
        for future in pending:
            if future.done() and not future.cancelled() and not future.exception():
                _note(into, *future.result(), progress, gives_up=False)
        into.sent.sort(key=lambda sent: sent.place)


def _note(
    into: Traffic, sent: Sent | None, refusal: str, progress: Callable[[int], None], *, gives_up: bool = True
) -> None:
    if sent is not None:
        into.sent.append(sent)
    else:
        into.refused += 1
        into.first_refusal = into.first_refusal or refusal
    progress(len(into.sent) + into.refused)
    if gives_up and not into.sent and into.refused >= _GIVE_UP_AFTER:
        raise SimulationError(
            f"the endpoint has refused the first {into.refused} requests: {into.first_refusal.rstrip('.')}. Does the "
            "file have columns that the model does not take? Leave them out with --label and --drop. Does it take "
            "another content type (--content-type) or form (--body)? --dry-run shows what is sent"
        )


def _csv_value(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict | list) else value


def _json_value(value: object) -> object:
    """Return a value as JSON has it; texts of CSV that are numbers become numbers."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    if _INTEGER.fullmatch(value):
        return int(value)
    found = number(value)
    return value if found is None else found
