"""Labels as people have them in a file, and which of them belong to captured records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from capture_writer import Encoding, Payload
from model_monitor_cli.captured_records import Captured
from model_monitor_cli.datasets import Dataset, DatasetError, Row, is_missing
from model_monitor_cli.label_files import Label

_MAX_ID = 64  # of an inference id
_EXPECTED = "expected a file with the columns id and label (--id and --label give other names)"


@dataclass(frozen=True)
class Given:
    """A label of the file.

    Attributes:
        label: Id and value.
        time: When its prediction was made, if the file says it.
    """

    label: Label
    time: datetime | None


@dataclass(frozen=True)
class Matched:
    """What becomes of the labels of a file.

    Attributes:
        new: To be uploaded, each with the hour of its captured record.
        unknown: Ids of no captured record.
        hidden: Ids that are event ids of records with an inference id, by which Model Monitor looks instead.
        repeated: Ids that have the same label already.
        contradicting: Ids that have another label already.
        unlabelled: How many captured records have no label after this.
    """

    new: tuple[tuple[Label, datetime], ...]
    unknown: tuple[str, ...]
    hidden: tuple[str, ...]
    repeated: tuple[str, ...]
    contradicting: tuple[str, ...]
    unlabelled: int


def given_labels(dataset: Dataset, *, key: str, label: str, time: str | None) -> list[Given]:
    """Return the labels of a file: its columns, or the lines that Model Monitor itself reads.

    Args:
        dataset: The file.
        key: Column of the ids.
        label: Column of the labels.
        time: Column of the times of the predictions, if there is one.

    Raises:
        DatasetError: A row has no id, no label or a time that is none, or an id has two labels.
    """
    if dataset.is_json and "groundTruthData" in dataset.columns:
        found = [_in_own_layout(row, place) for place, row in enumerate(dataset.rows, start=1)]
    else:
        if not dataset.is_json and not dataset.has_header:
            # By position: id, label, and the time if there is a third column.
            key, label, *rest = dataset.columns if len(dataset.columns) > 1 else (*dataset.columns, "")
            time = rest[0] if rest else None
        for name in (key, label, *([time] if time else [])):
            if name not in dataset.columns:
                raise DatasetError(f"there is no column '{name}' among {', '.join(dataset.columns)}; {_EXPECTED}")
        found = [
            Given(
                Label(_id(row.get(key), place), _payload(row.get(label), place)),
                _time(row.get(time), place) if time else None,
            )
            for place, row in enumerate(dataset.rows, start=1)
        ]
    return _each_once(found)


def match(given: Sequence[Given], captured: Captured, known: Mapping[str, str]) -> Matched:
    """Compare the labels of a file with captured records and with the labels that are there."""
    new: list[tuple[Label, datetime]] = []
    unknown: list[str] = []
    hidden: list[str] = []
    repeated: list[str] = []
    contradicting: list[str] = []
    for item in given:
        name = item.label.id
        if name in known:
            (repeated if known[name] == item.label.value.data else contradicting).append(name)
        elif name in captured.hours:
            new.append((item.label, captured.hours[name]))
        else:
            (hidden if name in captured.hidden else unknown).append(name)
    labelled = known.keys() | {label.id for label, _ in new}
    return Matched(
        tuple(new),
        tuple(unknown),
        tuple(hidden),
        tuple(repeated),
        tuple(contradicting),
        sum(name not in labelled for name in captured.hours),
    )


def _in_own_layout(row: Row, place: int) -> Given:
    truth, metadata = row.get("groundTruthData"), row.get("eventMetadata")
    if not isinstance(truth, Mapping) or not isinstance(metadata, Mapping):
        raise DatasetError(f"row {place} lacks groundTruthData or eventMetadata, which other rows have")
    try:
        encoding = Encoding(truth.get("encoding", "CSV"))
    except ValueError as error:
        raise DatasetError(f"row {place}: {error}; expected CSV, JSON or BASE64") from None
    content_type = {Encoding.CSV: "text/csv", Encoding.JSON: "application/json"}.get(encoding, "")
    payload = Payload(str(truth.get("data", "")), encoding, content_type)
    return Given(Label(_id(metadata.get("eventId"), place), payload), None)


def _each_once(found: Sequence[Given]) -> list[Given]:
    by_id: dict[str, Given] = {}
    for item in found:
        before = by_id.setdefault(item.label.id, item)
        if before.label.value.data != item.label.value.data:
            raise DatasetError(
                f"the id '{item.label.id}' has two labels, {before.label.value.data} and {item.label.value.data}; "
                "leave one of them in the file"
            )
    return list(by_id.values())


def _id(value: object, place: int) -> str:
    text = "" if value is None else str(value)
    if not (0 < len(text) <= _MAX_ID and text.isascii() and text.isprintable()):
        raise DatasetError(f"row {place} has the id '{text[:100]}', expected 1 to {_MAX_ID} printable ASCII characters")
    return text


def _payload(value: object, place: int) -> Payload:
    if is_missing(value):
        raise DatasetError(f"row {place} has no label; leave out rows whose label is not known yet")
    if isinstance(value, dict | list):
        return Payload.json(value)
    return Payload.csv([int(value) if isinstance(value, bool) else value])


def _time(value: object, place: int) -> datetime:
    try:
        time = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
    except ValueError:
        raise DatasetError(
            f"row {place} has the time '{value}', expected that of the prediction, such as 2026-11-21T03:15:00Z"
        ) from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
