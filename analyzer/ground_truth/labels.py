"""Observed labels: files of JSON lines that name the record each label belongs to.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html

Example of a line::

    {"groundTruthData": {"data": "1", "encoding": "CSV"}, "eventMetadata": {"eventId": "order-17"}, "eventVersion": "0"}
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from analyzer.dataset.files import find_files, is_data
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.dataset.merged import GROUND_TRUTH
from analyzer.dataset.payload import PayloadError, decode
from analyzer.ground_truth.label_index import LabelIndex
from analyzer.job.issues import DataIssues

_EXPECTED = '{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"..."},"eventVersion":"0"}'
_SHOWN_CHARACTERS = 200
# Nearly all labels have these two members, whose texts are then all that there is to know, and are one of a few.
_MEMBERS = ("data", "encoding")
_MOST_KNOWN_LABELS = 1_000


def read_labels(source: Path, issues: DataIssues) -> LabelIndex:
    """Read all labels below a folder, in the order of hour folders, names of files, and lines.

    Args:
        source: Folder; labels that have not come yet are no error, so it may be empty or not exist.
        issues: Where broken labels go.
    """
    labels = LabelIndex()
    known: dict[tuple[tuple[str, str], ...], bytes] = {}
    for location, record in JsonLinesDataset(_files(source), issues=issues, unique_keys=False).records():
        try:
            identifier, label = _identifier(record), _label(record, known)
        except PayloadError as error:
            shown = orjson.dumps(record)[:_SHOWN_CHARACTERS].decode(errors="replace")
            issues.add(location, "not a ground truth record", f"{error}: {shown}, expected {_EXPECTED}")
        else:
            labels.add(identifier, label)
    return labels


def _files(source: Path) -> list[Path]:
    has_any = source.is_file() or any(map(is_data, source.rglob("*")))
    return find_files(source) if has_any else []


def _identifier(record: Mapping[str, Any]) -> str:
    metadata = record.get("eventMetadata")
    identifier = metadata.get("eventId") if isinstance(metadata, dict) else None
    # An id of digits is easily written as a number.
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise PayloadError("it has no eventId")
    return str(identifier)


def _label(record: Mapping[str, Any], known: dict[tuple[tuple[str, str], ...], bytes]) -> bytes:
    """Return a label as JSON, from those that are known when it is one of these.

    Raises:
        PayloadError: When it is none.
    """
    truth = record.get(GROUND_TRUTH)
    if not isinstance(truth, dict):
        raise PayloadError(f"it has no {GROUND_TRUTH}")
    members = tuple(truth.items()) if len(truth) == len(_MEMBERS) else ()
    try:
        if label := known.get(members):
            return label
    except TypeError:  # a member that is a list or an object
        members = ()
    _, text = decode(truth)
    if not text.strip():
        raise PayloadError("its label is empty")
    try:
        label = orjson.dumps(truth)
    except TypeError as error:  # more levels of nesting than can be written
        raise PayloadError(f"its {GROUND_TRUTH} cannot be written: {error}") from error
    if members and len(known) < _MOST_KNOWN_LABELS:
        known[members] = label
    return label
