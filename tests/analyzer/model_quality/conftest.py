import json

import pytest

from tests.analyzer.conftest import Job
from tests.analyzer.lines import record, write_lines

MERGED = {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"], "originalDatasetFormat": None}}


class QualityJob(Job):
    """What one run left behind."""

    @property
    def statistics(self):
        """The one section of metrics."""
        document = self.document("statistics.json")
        return next(section for name, section in document.items() if name.endswith("_metrics"))

    @property
    def dataset(self):
        return self.document("statistics.json")["dataset"]

    @property
    def values(self):
        """Metrics that are numbers, by name."""
        return {name: entry["value"] for name, entry in self.statistics.items() if "value" in entry}

    @property
    def constraints(self):
        document = self.document("constraints.json")
        return next(section for name, section in document.items() if name.endswith("_constraints"))

    @property
    def issues(self):
        return {problem["problem"]: problem["count"] for problem in self.document("data_issues.json")["problems"]}

    @property
    def examples(self):
        return [example["problem"] for example in self.document("data_issues.json")["examples"]]

    @property
    def metrics(self):
        return {metric["MetricName"]: metric["Value"] for metric in super().metrics}


@pytest.fixture
def quality(job):
    """Run a job: quality(problem type, data set, format, **variables)."""

    def run(problem_type, source, dataset_format="csv", /, **variables):
        variables = {"analysis_type": "MODEL_QUALITY", "problem_type": problem_type} | variables
        done = job(source, dataset_format, **variables)
        return QualityJob(done.code, done.folder)

    return run


@pytest.fixture
def baseline(quality, table):
    """Run a baseline job on rows: baseline(problem type, header, rows, **variables)."""

    def run(problem_type, header, rows, /, **variables):
        source = table("baseline.csv", header, *(",".join(map(str, row)) for row in rows))
        return quality(problem_type, source, **{"ground_truth_attribute": "label"} | variables)

    return run


@pytest.fixture
def merged(tmp_path):
    """Write merged records: merged([(output, label), ...]) -> source folder."""

    def write(pairs, *, encoding="CSV", label_encoding="CSV"):
        path = tmp_path / "merged" / "endpoint" / "AllTraffic" / "2026" / "01" / "01" / "10" / "20-30-000.jsonl"
        records = [
            record(
                event=str(number),
                encoding=encoding,
                label=str(label),
                label_encoding=label_encoding,
                endpointOutput=output,
            )
            for number, (output, label) in enumerate(pairs)
        ]
        write_lines(path, records)
        return tmp_path / "merged"

    return write


@pytest.fixture
def limits(tmp_path):
    """Write constraints: limits(section, metric=(threshold, operator), ...)."""

    def write(section, **metrics):
        path = tmp_path / "constraints.json"
        body = {
            name: {"threshold": threshold, "comparison_operator": f"{word}ThanThreshold"}
            for name, (threshold, word) in metrics.items()
        }
        path.write_text(json.dumps({"version": 0.0, f"{section}_constraints": body}))
        return path

    return write


@pytest.fixture
def monitor(quality, merged):
    """Run a monitoring job on merged records: monitor(problem type, pairs, constraints, **variables)."""

    def run(problem_type, pairs, constraints, /, **variables):
        writing = {name: variables.pop(name) for name in ("encoding", "label_encoding") if name in variables}
        source = merged(pairs, **writing)
        window = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T11:00:00Z"}
        return quality(problem_type, source, MERGED, baseline_constraints=constraints, **window | variables)

    return run
