"""One merge job.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html

What the service does with ids that are there twice is not published. Here the last label of an id counts, and every
captured record of an id is given it: a label can be corrected, and a request that was sent again loses nothing.
"""

import logging
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import orjson

from analyzer.dataset.capture import INPUT, OUTPUT, CaptureDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.merged import GROUND_TRUTH
from analyzer.ground_truth.label_index import LabelIndex
from analyzer.ground_truth.labels import read_labels
from analyzer.ground_truth.parameters import MergeParameters
from analyzer.ground_truth.statistics import MergeStatistics
from analyzer.ground_truth.transform_output import TransformOutput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import FormatKind

_EXAMPLES = 3
# Few enough that the garbage collector, which walks through what is held, has next to nothing to walk through.
_RECORDS_PER_LOOKUP = 128
_LINES_PER_WRITE = 5_000
_VERSION = "eventVersion"

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

# A captured record, where it stands, and the file, relative to the output folder, that it goes to with its label.
Captured: TypeAlias = tuple[Path, Location, Mapping[str, Any]]


def run_merge(parameters: MergeParameters) -> MergeStatistics:
    """Write the captured records that have a label, and ``.merge_statistics.json`` beside them.

    Captured records without label and labels without record are left out and counted. When none match, the job still
    completes: that labels are late is told by the statistics, and the analysis that follows finds no data.

    Raises:
        AnalysisError: When no record was captured, or too many records or labels are broken.
    """
    parameters.output_path.mkdir(parents=True, exist_ok=True)
    broken_captures, broken_labels = DataIssues(strict=False), DataIssues(strict=False)
    labels = read_labels(parameters.ground_truth_source, broken_labels)
    matching = _Matching(labels, broken_captures)
    _write(matching, _captured(parameters, broken_captures), parameters.output_path)
    statistics = matching.statistics()
    statistics.write(parameters.output_path, parameters.window, broken_captures, broken_labels)
    broken_captures.require_tolerable(statistics.captured)
    broken_labels.require_tolerable(statistics.labels)
    if not statistics.captured:
        where = f"{parameters.dataset_source} {parameters.window}".rstrip()
        reason = f" ({broken_captures.first_problem})" if broken_captures.first_problem else ""
        raise AnalysisError(f"Job inputs had no data: {where} holds no captured records{reason}")
    _log.info("%d of %d captured records have a label", statistics.matched, statistics.captured)
    if statistics.repeated_captures:
        _log.warning(
            "%d captured records have the id of another one and share its label; an inferenceId must be unique",
            statistics.repeated_captures,
        )
    if not statistics.matched:
        _log.warning("%s", matching.why_none())
    return statistics


class _Matching:
    """Give captured records their labels, and count.

    Args:
        labels: All labels.
        issues: Where captured records without any id go.
    """

    def __init__(self, labels: LabelIndex, issues: DataIssues) -> None:
        self._labels = labels
        self._issues = issues
        self._captured = 0
        self._matched = 0
        self._seen = array("q")  # hashes of ids: eight bytes each
        self._unlabelled: list[str] = []

    def merged(self, records: Iterable[Captured]) -> Iterator[bytes]:
        """Yield the lines of the records that have a label."""
        for batch in _batched(self._identified(records), _RECORDS_PER_LOOKUP):
            self._captured += len(batch)
            self._seen.extend(hash(identifier) for identifier, _ in batch)
            labels = self._labels.find([identifier for identifier, _ in batch])
            for (identifier, record), label in zip(batch, labels, strict=True):
                if label is not None:
                    self._matched += 1
                    yield _line(record, label)
                elif len(self._unlabelled) < _EXAMPLES:
                    self._unlabelled.append(identifier)

    def _identified(self, records: Iterable[Captured]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for _, location, record in records:
            # Labels name the caller's own id if there is one, else that of the capture.
            metadata = record["eventMetadata"]
            if identifier := metadata.get("inferenceId") or metadata.get("eventId"):
                yield str(identifier), record
            else:
                self._issues.add(location, "no id", "eventMetadata has neither inferenceId nor eventId")

    def statistics(self) -> MergeStatistics:
        """Return the counts so far."""
        return MergeStatistics(
            captured=self._captured,
            labels=self._labels.count,
            matched=self._matched,
            unmatched_labels=self._labels.ids_not_found,
            duplicate_ids=self._labels.count - self._labels.ids,
            repeated_captures=self._captured - len(np.unique(np.array(self._seen))),
        )

    def why_none(self) -> str:
        """Return what someone needs to know whose labels match nothing."""
        if not self._labels.count:
            return f"none of the {self._captured} captured records has a label, because there are no labels yet"
        captured, labelled = ", ".join(self._unlabelled), ", ".join(self._labels.first_ids)
        return (
            f"none of the {self._captured} captured records has a label: their ids are such as {captured}, those of "
            f"the labels such as {labelled}; a label's eventId must be the record's inferenceId if the caller sent "
            "one, else its eventId"
        )


def _line(record: Mapping[str, Any], label: bytes) -> bytes:
    """Return a merged record, its members in the order of the service's files: version and label first."""
    truth = orjson.Fragment(label)
    merged = {_VERSION: record[_VERSION]} if _VERSION in record else {}
    merged[GROUND_TRUTH] = truth
    merged |= record
    merged[GROUND_TRUTH] = truth  # a captured record may have had one
    return orjson.dumps(merged, option=orjson.OPT_APPEND_NEWLINE)


def _captured(parameters: MergeParameters, issues: DataIssues) -> Iterator[Captured]:
    source, window = parameters.dataset_source, parameters.window
    files = find_files(source)
    if parameters.dataset_format.kind is not FormatKind.CAPTURE:
        outputs = TransformOutput(
            files, parameters.dataset_format, folder=parameters.schedule, window=window, issues=issues
        )
        yield from outputs.records()
        return
    dataset = CaptureDataset(files, index_names=(INPUT, OUTPUT), window=window, issues=issues)
    root = source if source.is_dir() else source.parent
    path, relative = root, root
    for location, record in dataset.raw_records():
        if location.path is not path:
            path, relative = location.path, location.path.relative_to(root)
        yield relative, location, record


def _write(matching: _Matching, captured: Iterable[Captured], output: Path) -> None:
    begun: set[Path] = set()
    for path, records in groupby(captured, key=lambda item: item[0]):
        target = output / path
        for lines in _batched(matching.merged(records), _LINES_PER_WRITE):
            target.parent.mkdir(parents=True, exist_ok=True)
            # Outputs of different transform jobs can have the same name, and then share a file.
            with target.open("ab" if path in begun else "wb") as file:
                file.writelines(lines)
            begun.add(path)


def _batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
