import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.__main__ import main
from tests.analyzer import lines

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Job:
    """What one run of the analyzer left behind."""

    code: int
    folder: Path
    log: str = ""

    @property
    def message(self):
        return (self.folder / "message").read_text()

    def document(self, name):
        return json.loads((self.folder / "output" / name).read_text())

    def has(self, name):
        return (self.folder / "output" / name).exists()

    @property
    def statistics(self):
        features = self.document("statistics.json")["features"]
        return {feature["name"]: feature for feature in features}

    @property
    def constraints(self):
        return {feature["name"]: feature for feature in self.document("constraints.json")["features"]}

    @property
    def violations(self):
        return self.document("constraint_violations.json")["violations"]

    @property
    def metrics(self):
        path = self.folder / "metrics" / "metrics.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]


def _environment(folder, source, dataset_format, variables):
    return {
        "dataset_source": str(source),
        "dataset_format": json.dumps(FORMATS.get(str(dataset_format), dataset_format)),
        "output_path": str(folder / "output"),
        "output_message_file": str(folder / "message"),
        "cloudwatch_metrics_directory": str(folder / "metrics"),
        **{name: str(value) for name, value in variables.items()},
    }


FORMATS = {
    "csv": {"csv": {"header": True, "output_columns_position": "START"}},
    "headerless csv": {"csv": {"header": False}},
    "json": {"json": {"lines": True}},
    "parquet": {"parquet": {}},
    "capture": {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}},
}


@pytest.fixture
def job(tmp_path_factory):
    """Run the analyzer in this process: job(source, name of a format or its value, **variables)."""

    def run(source, dataset_format, /, **variables):
        folder = tmp_path_factory.mktemp("job")
        return Job(main(_environment(folder, source, dataset_format, variables)), folder)

    return run


@pytest.fixture
def process(tmp_path_factory):
    """Run ``python -m analyzer`` with these environment variables and nothing else."""

    def run(source, dataset_format, /, **variables):
        folder = tmp_path_factory.mktemp("process")
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
        environment |= _environment(folder, source, dataset_format, variables)
        done = subprocess.run(
            [sys.executable, "-m", "analyzer"], env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        return Job(done.returncode, folder, done.stderr)

    return run


@pytest.fixture
def table(tmp_path):
    """Write a CSV file: table("name.csv", "a,b", "1,2", ...)."""

    def write(name, *lines):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def record():
    """Make a capture record."""

    def make(output, given, time="2026-01-01T10:20:30Z", encoding="CSV", **more):
        return lines.record(time=time, encoding=encoding, endpointInput=given, endpointOutput=output, **more)

    return make


@pytest.fixture
def captures(tmp_path):
    """Write a capture file below the source folder and return that folder."""

    def write(records, hour="2026/01/01/10", name="20-30-000-capture.jsonl"):
        folder = tmp_path / "captured" / "endpoint" / "AllTraffic" / hour
        lines.write_lines(folder / name, records)
        return tmp_path / "captured"

    return write


@pytest.fixture
def monitor(job):
    """Run a baseline, change its constraints, then monitor: monitor(baseline, live, dataset_format, change=...)."""

    def run(baseline, live, dataset_format="csv", *, live_format=None, change=None, statistics=True, **variables):
        suggested = job(baseline, dataset_format)
        assert suggested.code == 0, suggested.message
        constraints = suggested.folder / "output" / "constraints.json"
        if change:
            document = json.loads(constraints.read_text())
            change(document)
            constraints.write_text(json.dumps(document))
        files = {"baseline_constraints": constraints}
        if statistics:
            files["baseline_statistics"] = suggested.folder / "output" / "statistics.json"
        return job(live, live_format or dataset_format, **files, **variables)

    return run
