import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.__main__ import main
from tests.analyzer.lines import id_of, write_lines

WINDOW = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T11:00:00Z"}


@dataclass(frozen=True)
class Merge:
    """What one merge job left behind."""

    code: int
    folder: Path

    @property
    def message(self):
        """Exit message; None when there is none."""
        path = self.folder / "message"
        return path.read_text() if path.exists() else None

    @property
    def output(self):
        return self.folder / "output"

    @property
    def statistics(self):
        return json.loads((self.output / ".merge_statistics.json").read_text())

    @property
    def counts(self):
        names = ("captured", "labels", "matched", "unmatched_labels", "duplicate_ids")
        return tuple(self.statistics[name] for name in names)

    @property
    def files(self):
        return sorted(path.relative_to(self.output).as_posix() for path in self.output.rglob("*.jsonl"))

    @property
    def records(self):
        return [json.loads(line) for name in self.files for line in (self.output / name).read_text().splitlines()]

    @property
    def labels(self):
        """Label by id of the merged records."""
        return [(id_of(record), record["groundTruthData"]["data"]) for record in self.records]


@pytest.fixture
def captured_in(tmp_path):
    """Write a capture file of an hour: captured_in([record, ...], hour=..., name=...)."""

    def write(records, hour="2026/01/01/10", name="20-30-000-a.jsonl", variant="AllTraffic"):
        write_lines(tmp_path / "captured" / "credit" / variant / hour / name, records)

    return write


@pytest.fixture
def labelled_in(tmp_path):
    """Write a file of labels of an hour: labelled_in([label, ...], hour=..., name=...)."""

    def write(labels, hour="2026/01/01/10", name="labels.jsonl"):
        write_lines(tmp_path / "labels" / hour / name, labels)

    return write


@pytest.fixture
def merge(tmp_path, tmp_path_factory):
    """Run a merge job over what was written: merge(**variables)."""

    def run(**variables):
        folder = tmp_path_factory.mktemp("merge")
        environment = {
            "dataset_source": tmp_path / "captured",
            "ground_truth_source": tmp_path / "labels",
            "output_path": folder / "output",
            "output_message_file": folder / "message",
            **WINDOW,
            **variables,
        }
        return Merge(main({name: str(value) for name, value in environment.items()}), folder)

    return run
