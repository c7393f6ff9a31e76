"""The data of the steps: what a small credit model was trained on, and what it was asked later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import resources

from account_check.bench import Bench
from capture_writer import CaptureLayout, CaptureWriter, GroundTruthWriter, Payload

COLUMNS = ("amount", "term", "purpose")
MODEL = "credit"
_PURPOSES = ("car", "home", "study")
_TRAINING_ROWS = 200
_ROWS_PER_HOUR = 40
_HOURS = 3
"""As many as the window of a run has: wherever AWS begins it, two of them are inside."""
AGES = (30, 50)
"""The groups of the people in `write_people`."""


class NotWrittenError(Exception):
    """S3 did not take the captures."""


def training_csv() -> str:
    """Return the training data, with a header."""
    rows = (f"{100 + number % 50},{12 + number % 7},{_PURPOSES[number % 3]}" for number in range(_TRAINING_ROWS))
    return "\n".join([",".join(COLUMNS), *rows]) + "\n"


def data_file(name: str) -> str:
    """Return the text of a file that belongs to this package: a script, or a baseline."""
    return (resources.files("account_check") / "data" / name).read_text(encoding="utf-8")


def put_baseline(bench: Bench) -> dict[str, dict[str, str]]:
    """Write statistics and constraints of the training data, and return the BaselineConfig that names them."""
    uris = {name: bench.put(f"baseline/{name}", data_file(name)) for name in ("statistics.json", "constraints.json")}
    return {
        "ConstraintsResource": {"S3Uri": uris["constraints.json"]},
        "StatisticsResource": {"S3Uri": uris["statistics.json"]},
    }


def write_drifted_captures(bench: Bench, place: str) -> str:
    """Write captures of batch transform of the last hours, ten times the amounts of the training data.

    Returns:
        Their location.
    """
    rows = [[1000 + 10 * (n % 50), 12 + n % 7, _PURPOSES[n % 3] if n % 4 else "boat"] for n in range(_ROWS_PER_HOUR)]
    with _writer(bench, place) as writer:
        for hour in range(_HOURS):
            moment = bench.pace.now() - timedelta(hours=hour)
            for row in rows:
                writer.write(Payload.csv(row), Payload.csv([0.5]), inference_time=moment)
    _check(writer)
    return f"s3://{bench.bucket}/{place}/{MODEL}"


def write_people(bench: Bench, place: str) -> tuple[str, str]:
    """Write captures and labels for a bias monitor: the older half is refused nearly always.

    Returns:
        The locations of captures and labels.
    """
    labels = f"s3://{bench.bucket}/{place}/labels"
    with (
        _writer(bench, place, join_inputs=True) as writer,
        GroundTruthWriter(labels, create_client=lambda: bench.account.client("s3")) as truth,
    ):
        for hour in range(_HOURS):
            moment = bench.pace.now() - timedelta(hours=hour)
            for number, (age, amount, approved) in enumerate(_people()):
                identifier = f"{place}-{hour}-{number}"
                writer.write(
                    Payload.csv([age, amount]),
                    Payload.csv([approved]),
                    inference_id=identifier,
                    inference_time=moment,
                )
                truth.write(identifier, int(number % 4 != 0), collected=moment)
    _check(writer)
    return f"s3://{bench.bucket}/{place}/{MODEL}", labels


def _people() -> Iterator[tuple[int, int, int]]:
    for number in range(_ROWS_PER_HOUR):
        age = AGES[number % 2]
        yield age, 100 + number % 10, int(number % 10 == 1 if age == AGES[1] else number % 10 != 0)


def _writer(bench: Bench, place: str, *, join_inputs: bool = False) -> CaptureWriter:
    return CaptureWriter(
        f"s3://{bench.bucket}/{place}",
        endpoint_name=MODEL,
        layout=CaptureLayout.BATCH_CSV,
        join_inputs=join_inputs,
        create_client=lambda: bench.account.client("s3"),
    )


def _check(writer: CaptureWriter) -> None:
    counts = writer.metrics
    if counts.written != counts.accepted or counts.rejected or counts.dropped:
        raise NotWrittenError(f"S3 took {counts.written} of the captures only ({counts}); the log tells why")
