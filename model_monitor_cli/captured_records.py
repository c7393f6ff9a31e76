"""The ids of captured records, by which labels find them.

Of an endpoint, the records themselves lie in the folders of hours. Of batch transform, and of models that are served
elsewhere, manifests lie there, and name the files that hold the predictions.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from model_monitor_cli import capture
from model_monitor_cli.exits import CommandError
from model_monitor_cli.hourly_files import Hours, contents, files_in, json_lines
from results.captured import listed
from shared import s3
from shared.s3 import S3Uri

# What GenerateInferenceId adds: two members of a JSON object, or the last two columns of CSV.
_ID, _TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
_TIME_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ADDED = 2


class RecordsError(CommandError):
    """Captured records cannot be read."""


@dataclass(frozen=True)
class Captured:
    """The captured records of some hours.

    Attributes:
        hours: The hour in whose folder each lies, by the id that labels name.
        hidden: Event ids of the records that have an inference id: a label does not find a record by these.
        nameless: How many records have no id, so that no label finds them.
    """

    hours: Mapping[str, datetime]
    hidden: frozenset[str]
    nameless: int = 0


def of_endpoint(place: S3Uri, hours: Hours, progress: Callable[[str], None]) -> Captured:
    """Read the ids of the records that were captured in some hours, of all variants of an endpoint."""
    found: dict[str, datetime] = {}
    hidden: set[str] = set()
    files = [file for root in capture.dated_roots(place) for file in files_in(root, hours)]
    for hour, content in contents(files, progress, "captured records"):
        for record in json_lines(content):
            metadata = record.get("eventMetadata")
            if not isinstance(metadata, dict):
                continue
            identifier = metadata.get("inferenceId") or metadata.get("eventId")
            if identifier:
                found[str(identifier)] = hour
            if metadata.get("inferenceId") and metadata.get("eventId"):
                hidden.add(str(metadata["eventId"]))
    return Captured(found, frozenset(hidden))


def of_manifests(place: S3Uri, hours: Hours, progress: Callable[[str], None]) -> Captured:
    """Read the ids of the predictions in the files that the manifests of some hours name.

    Raises:
        RecordsError: A manifest is none, or a file that it names is gone or may not be read.
    """
    found: dict[str, datetime] = {}
    nameless = 0
    try:
        # Of a process that serves a model, manifests are written anew as files are added.
        files = {file: hour for manifest, hour in files_in(place, hours) for file in listed(manifest)}
        for hour, content in contents(list(files.items()), progress, "predictions"):
            ids = list(_ids(content))
            found |= dict.fromkeys(filter(None, ids), hour)
            is_header = len(ids) > 1 and ids[0] is None and ids[1] is not None
            nameless += ids.count(None) - is_header
    except (s3.ObjectError, csv.Error) as error:
        raise RecordsError(str(error)) from error
    return Captured(found, frozenset(), nameless)


def _ids(content: bytes) -> Iterator[str | None]:
    """Yield the id of each prediction of a file, None for one that has none."""
    text = content.decode(errors="replace")
    if text.lstrip()[:1] == "{":
        yield from (_id(row.get(_ID), row.get(_TIME)) for row in json_lines(content))
        return
    for values in csv.reader(io.StringIO(text, newline="")):
        if values:
            ids = [value.strip() for value in values[-_ADDED:]]
            yield _id(*ids) if len(values) > _ADDED else None


def _id(identifier: object, time: object) -> str | None:
    is_one = isinstance(identifier, str) and isinstance(time, str) and _TIME_TEXT.fullmatch(time)
    return str(identifier) if is_one and identifier else None
