"""The share of captured records that found their label, counted where runs leave the records."""

import io
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from hypothesis import HealthCheck, given, settings, strategies as st

from analyzer.ground_truth.merge import run_merge
from analyzer.ground_truth.parameters import MergeParameters
from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import DatasetFormat, FormatKind, Window
from results import records
from shared.s3 import S3Uri

CAPTURED, MERGED = "s3://data/capture/credit-risk", "s3://out/reports/merge/credit-risk"
FAILURES = ["AccessDenied", "KMS.DisabledException", "NoSuchKey", "SlowDown"]


@pytest.fixture
def put(runs, aws):
    """Return a function that puts records into the folder of an hour."""

    def write(place, count, *, hours_ago=1, variant="AllTraffic", name="00-00-000-a.jsonl", end="\n"):
        body = "\n".join('{"eventVersion":"0"}' for _ in range(count))
        aws.put(f"{place}/{variant}/{runs.time(hours_ago):%Y/%m/%d/%H}/{name}", body + end if count else "")

    return write


@pytest.fixture
def coverage(runs, aws, watch_as):
    """Return a function that handles the event of a run, with changes to its environment, and gives the share."""

    def handled(kind="ModelQuality", **environment):
        watch_as(kind)
        name = runs.add("Completed", job="model-quality-monitoring")
        aws.jobs[name]["request"]["Environment"] |= environment
        assert runs.handle(runs.event(name)) == {"handled": 1}
        assert [datum["Value"] for datum in aws.metrics if datum["MetricName"] == "Executions"] == [1]
        return share(aws)

    return handled


def share(aws):
    found = [datum for datum in aws.metrics if datum["MetricName"] == "LabelCoverage"]
    assert all(datum["Unit"] == "None" and datum["Dimensions"][0]["Name"] == "Endpoint" for datum in found)
    assert len(found) <= 1
    return found[0]["Value"] if found else None


def stamp(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("kind", ["ModelQuality", "ModelBias"])
@pytest.mark.parametrize(
    ("captured", "merged", "expected"), [(200, 50, 0.25), (200, 0, 0), (3, 4, 1), (1, 1, 1), (0, 4, None)]
)
def test_the_share_of_predictions_that_found_their_label(*, coverage, put, kind, captured, merged, expected):
    put(CAPTURED, captured)
    put(MERGED, merged)
    assert coverage(kind) == expected


def test_nothing_merged_at_all_is_a_share_of_none(coverage, put):
    put(CAPTURED, 5)
    assert coverage() == 0


def test_records_are_lines_whether_or_not_the_last_one_ends(coverage, put):
    put(CAPTURED, 3, name="a.jsonl", end="")
    put(CAPTURED, 2, name="b.jsonl")
    put(CAPTURED, 0, name="c.jsonl")
    put(MERGED, 1, end="")
    assert coverage() == pytest.approx(1 / 5)


def test_all_variants_of_the_endpoint_count(coverage, put):
    put(CAPTURED, 30, variant="Blue")
    put(CAPTURED, 10, variant="Green")
    put(MERGED, 20, variant="Green")
    assert coverage() == 0.5


def test_only_hours_of_the_window_count(coverage, runs, put):
    for hours_ago, captured in ((4, 90), (3, 10), (2, 10), (1, 90)):
        put(CAPTURED, captured, hours_ago=hours_ago)
    put(MERGED, 5, hours_ago=3)
    put(MERGED, 90, hours_ago=4)
    assert coverage(start_time=stamp(runs.time(3)), end_time=stamp(runs.time(1))) == 0.25


def test_an_hour_that_the_run_has_seen_in_part_does_not_count(coverage, runs, put):
    put(CAPTURED, 90, hours_ago=3)
    put(CAPTURED, 10, hours_ago=2)
    put(CAPTURED, 90, hours_ago=1)
    put(MERGED, 5, hours_ago=2)
    half = timedelta(minutes=30)
    assert coverage(start_time=stamp(runs.time(3) + half), end_time=stamp(runs.time(1) + half)) == 0.5


@pytest.mark.parametrize("start", ["2026-11-21T10:30:00Z", "soon"])
def test_a_run_without_a_whole_hour_or_a_window_has_no_share(coverage, put, start):
    put(CAPTURED, 4)
    put(MERGED, 1)
    assert coverage(start_time=start, end_time="2026-11-21T11:30:00Z") is None


def test_runs_with_the_records_of_another_endpoint_beside_theirs_do_not_count_them(coverage, put, aws, runs):
    put(CAPTURED, 4)
    put(MERGED, 1)
    put("s3://data/capture/credit-risk-2", 100)
    assert coverage() == 0.25


@pytest.mark.parametrize("kind", ["DataQuality", "ModelExplainability"])
def test_monitors_without_labels_have_no_share(coverage, put, kind):
    put(CAPTURED, 2)
    put(MERGED, 1)
    assert coverage(kind) is None


def test_a_share_is_published_once_although_events_are_lost_and_come_twice(runs, aws, put, watch_as):
    watch_as("ModelQuality")
    put(CAPTURED, 2)
    put(MERGED, 1)
    name = runs.add("Completed", job="model-quality-monitoring")
    runs.handle({"sweep": True})
    runs.handle(runs.event(name))
    runs.handle({"sweep": True})
    assert share(aws) == 0.5


def test_a_run_without_a_job_has_no_share(runs, aws, put, metrics, watch_as):
    watch_as("ModelQuality")
    put(CAPTURED, 2)
    runs.add("Failed", reason="Job inputs had no data", has_job=False)
    runs.handle({"sweep": True})
    assert metrics()["NoData"] == 1
    assert share(aws) is None


@pytest.mark.parametrize(("status", "expected"), [("Completed", 0), ("Failed", None)])
def test_a_run_that_ends_with_its_merge_job_has_a_share_if_that_has_merged(
    *, runs, aws, put, watch_as, status, expected
):
    watch_as("ModelQuality")
    put(CAPTURED, 2)
    name = runs.add("Failed", job="groundtruth-merge", reason="Job inputs had no data")
    aws.jobs[name]["status"] = status
    runs.handle({"sweep": True})
    assert share(aws) == expected


@pytest.mark.parametrize("code", FAILURES)
@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject"])
def test_records_that_cannot_be_read_give_no_share_but_all_the_rest(
    *, runs, aws, put, metrics, watch_as, two_violations, operation, code
):
    watch_as("ModelQuality")
    put(CAPTURED, 2)
    put(MERGED, 1)
    name = runs.add("CompletedWithViolations", violations=two_violations)
    aws.fail(operation, code, times=9, when=lambda params: params["Bucket"] == "data")
    assert runs.handle(runs.event(name)) == {"handled": 1}
    assert (metrics()["Executions"], len(aws.messages), share(aws)) == (1, 1, None)


def test_a_connection_that_breaks_gives_no_share(coverage, put, aws, monkeypatch):
    def silence(Bucket, **options):  # noqa: N803 - the name of the API
        if Bucket == "data":
            raise ReadTimeoutError(endpoint_url="https://data.s3.amazonaws.com/")
        return read(Bucket=Bucket, **options)

    put(CAPTURED, 2)
    read = aws.GetObject
    monkeypatch.setattr(aws, "GetObject", silence)
    assert coverage() is None


def test_of_too_many_objects_an_even_sample_is_read(coverage, put, aws, monkeypatch):
    monkeypatch.setattr(records, "_MOST_OBJECTS", 10)
    for number in range(100):
        put(CAPTURED, 6, name=f"{number:02}.jsonl")
    put(MERGED, 300, name="all.jsonl")
    assert coverage() == 0.5
    read = [params["Key"].rpartition("/")[2] for name, params in aws.calls if name == "GetObject"]
    assert [name for name in read if name.endswith(".jsonl")] == [
        *(f"{number:02}.jsonl" for number in range(0, 100, 10)),
        "all.jsonl",
    ]


def test_of_objects_that_are_too_large_the_beginning_is_read(aws, monkeypatch):
    class Stream(io.BytesIO):
        def read(self, size=-1):
            chunk = super().read(size)
            sizes.append(len(chunk))
            return chunk

    sizes, body = [], b'{"eventVersion":"0"}\n' * 10_000
    answer = {"Body": StreamingBody(Stream(body), len(body)), "ContentLength": len(body)}
    monkeypatch.setattr(aws, "GetObject", lambda **_: answer)
    monkeypatch.setattr(records, "_MOST_BYTES", 1000)
    monkeypatch.setattr(records, "_CHUNK_BYTES", 100)
    assert records.count_records([S3Uri("data", "large.jsonl")]) == pytest.approx(10_000, rel=0.02)
    assert sizes == [100] * 10


@pytest.fixture
def share_of_batch(runs, aws):
    """Return a function that gives the share of a run whose only manifest says something; three rows are merged."""

    def handled(manifest):
        name = runs.add("Completed", job="model-quality-monitoring")
        (schedule,) = {execution["MonitoringScheduleName"] for execution in aws.executions}
        runs.register(schedule, type="ModelQuality", endpoint=None, captured="s3://data/capture/output")
        hour = f"{runs.time(1):%Y/%m/%d/%H}"
        aws.put(f"s3://data/capture/output/{hour}/job.json", manifest)
        aws.put(f"s3://out/reports/merge/{schedule}/{hour}/a.csv.out.jsonl", "{}\n{}\n{}\n")
        assert runs.handle(runs.event(name)) == {"handled": 1}
        return [datum["Value"] for datum in aws.metrics if datum["MetricName"] == "LabelCoverage"]

    return handled


def test_without_an_endpoint_the_rows_of_what_manifests_name_are_counted(share_of_batch, aws):
    aws.put("s3://data/scored/a.csv.out", "0.5,id-1,2026-11-21T10:00:00Z\n" * 8)
    aws.put("s3://data/scored/more/b.csv.out", "0.5,id-2,2026-11-21T10:00:00Z\n" * 4)
    aws.put("s3://data/scored/other.csv.out", "0.5,id-3,2026-11-21T10:00:00Z\n" * 100)
    assert share_of_batch([{"prefix": "s3://data/scored/"}, "a.csv.out", "more/b.csv.out"]) == [0.25]


@pytest.mark.parametrize(
    "manifest",
    [
        [{"prefix": "s3://data/scored/"}, "gone.csv.out"],
        [{"prefix": "https://data/scored/"}, "a.csv.out"],
        [{"prefix": "s3://data/scored/"}],
        ["a.csv.out"],
        [{}, "a.csv.out"],
        [],
        {"prefix": "s3://data/scored/"},
        7,
        "no JSON",
    ],
)
def test_a_manifest_that_names_nothing_that_is_there_gives_no_share(share_of_batch, manifest):
    assert share_of_batch(manifest) == []


HOUR = datetime(2026, 1, 1, 10, tzinfo=UTC)
IDS = st.lists(st.integers(0, 20), max_size=12, unique=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    captured=st.dictionaries(
        st.tuples(st.sampled_from(["Blue", "Green"]), st.integers(-1, 2), st.booleans()), IDS, max_size=6
    ),
    labelled=st.lists(st.integers(0, 20)),
)
def test_the_share_is_what_a_merge_job_counts(*, captured, labelled, aws, runs, watch_as):
    """The merge job of this project counts while it merges, as that of AWS does not."""
    with tempfile.TemporaryDirectory() as folder:
        source, labels, merged = (Path(folder, name) for name in ("captured", "labels", "merged"))
        for (variant, hour, is_late), ids in captured.items():
            time = HOUR + timedelta(hours=hour)
            path = source / f"credit-risk/{variant}/{time:%Y/%m/%d/%H}" / ("59.jsonl" if is_late else "00.jsonl")
            write_lines(path, [record(f"{variant}-{number}", time) for number in ids])
        write_lines(labels / "labels.jsonl", [label(f"Blue-{number}") for number in labelled])
        window = Window(HOUR, HOUR + timedelta(hours=2))
        parameters = MergeParameters(source, labels, merged, DatasetFormat(FormatKind.CAPTURE), window)
        try:
            counts = run_merge(parameters)
        except AnalysisError:  # nothing was captured in the window
            expected = None
        else:
            expected = counts.matched / counts.captured
        aws.objects.clear()
        for place, root in (("s3://data/capture", source), ("s3://out/reports/merge", merged)):
            for path in root.rglob("*.jsonl"):
                aws.put(f"{place}/{path.relative_to(root)}", path.read_bytes())
    aws.metrics.clear()
    watch_as("ModelQuality")
    name = runs.add("Completed", job="model-quality-monitoring")
    edges = {"start_time": stamp(HOUR), "end_time": stamp(HOUR + timedelta(hours=2))}
    aws.jobs[name]["request"]["Environment"] = edges
    runs.handle(runs.event(name))
    assert share(aws) == expected


def record(identifier, time):
    sides = {"endpointOutput": {"mode": "OUTPUT", "data": "1\n2", "encoding": "CSV"}}
    metadata = {"eventId": identifier, "inferenceTime": stamp(time + timedelta(minutes=30))}
    return {"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}


def label(identifier):
    data = {"data": "1", "encoding": "CSV"}
    return {"groundTruthData": data, "eventMetadata": {"eventId": identifier}, "eventVersion": "0"}


def write_lines(path, documents):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
