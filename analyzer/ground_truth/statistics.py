"""What a merge job tells about itself."""

from dataclasses import dataclass
from pathlib import Path

from analyzer.job.issues import DataIssues
from analyzer.job.parameters import Window
from analyzer.text.jackson import Json, to_json

MERGE_STATISTICS_FILE = ".merge_statistics.json"
"""The service has no such file. The dot keeps it in front of the merged records, whose folders are named after an
endpoint or a schedule: people, and the service's example notebooks, take the last file of the folder for the newest
records. Spark and this package take files with a dot for no data."""


@dataclass(frozen=True)
class MergeStatistics:
    """How many captured records have found their label.

    Args:
        captured: Captured records of the window.
        labels: Labels that were read.
        matched: Captured records that have a label.
        unmatched_labels: Ids with a label and without a captured record: not in the window, not sampled, or wrong.
        duplicate_ids: Labels that a later label of the same id has replaced.
        repeated_captures: Captured records whose id another one has, so that they share a label.
    """

    captured: int
    labels: int
    matched: int
    unmatched_labels: int
    duplicate_ids: int
    repeated_captures: int

    def write(self, output: Path, window: Window, broken_captures: DataIssues, broken_labels: DataIssues) -> None:
        """Write the file.

        Every run of a monitor writes to the same place, so the window is there to tell which run the file is of, and
        broken input is part of it instead of a file of its own, which would outlive its run.

        Args:
            output: Folder.
            window: Span of the captured records.
            broken_captures: Captured records that were left out.
            broken_labels: Labels that were left out.
        """
        document: dict[str, Json] = {
            **vars(self),
            "broken_captures": {"count": broken_captures.broken_records, **broken_captures.to_json()},
            "broken_labels": {"count": broken_labels.broken_records, **broken_labels.to_json()},
            **window.to_json(),
        }
        (output / MERGE_STATISTICS_FILE).write_text(to_json(document) + "\n", encoding="utf-8")
