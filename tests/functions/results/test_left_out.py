"""Records that the generated script of a monitor left out, counted where they were captured."""

import json

import pytest

from baseline.data_quality.categories import Categories
from results import captured_records
from results.captured_records import record_of
from results.rows import OddRecordError, ScriptedRows
from shared.s3 import S3Uri

CAPTURED, SCRIPT = "s3://data/capture/credit-risk", "s3://out/baselines/credit/preprocessor-1.py"
COLUMNS = ("score", "age", "city")


def record(given, output="0.5", *, encoding="CSV", **metadata):
    bodies = {"endpointInput": given, "endpointOutput": output}
    return {
        "captureData": {name: {"data": data, "encoding": encoding} for name, data in bodies.items()},
        "eventMetadata": {"eventId": "1", "inferenceTime": "2026-11-21T04:00:00Z", **metadata},
    }


GOOD, ODD = record("30,Rome"), record('{"age": 30, "city": "Rome", "x": 1}', '{"score": 1}', encoding="JSON")


@pytest.fixture
def guarded(runs, aws):
    """A monitor whose records are guarded."""
    aws.put(SCRIPT, Categories(COLUMNS, ()).script())
    runs.register(guard={"records": CAPTURED, "script": SCRIPT})
    return runs


@pytest.fixture
def capture(runs, aws):
    """Return a function that puts captured records into the hour that runs look at."""

    def put(*records, name="00-a.jsonl", place=f"{CAPTURED}/AllTraffic"):
        lines = [line if isinstance(line, str) else json.dumps(line) for line in records]
        aws.put(f"{place}/{runs.time(1):%Y/%m/%d/%H}/{name}", "".join(f"{line}\n" for line in lines))

    return put


def published(metrics):
    return {name: value for name, value in metrics().items() if "LeftOut" in name}


def test_records_without_the_columns_of_the_baseline_are_counted(guarded, capture, metrics):
    shadow = record("1", invocationSource="ShadowExperiment")
    capture(*[GOOD] * 6, ODD, shadow, "")
    capture(ODD, record("1,2,3,4"), "[" * 5000, name="01-b.jsonl")
    guarded.handle(guarded.event(guarded.add("Completed")))
    assert published(metrics) == {"RecordsLeftOut": 4, "ShareLeftOut": 0.4}


def test_the_message_says_how_many(guarded, capture, aws, two_violations):
    capture(*[GOOD] * 9, ODD)
    guarded.handle(guarded.event(guarded.add("CompletedWithViolations", violations=two_violations)))
    (message,) = aws.messages
    assert "Left out  1 of 10 records, without the columns of the baseline" in message["Message"]


def test_nothing_is_said_where_nothing_was_left_out(guarded, capture, aws, metrics, two_violations):
    capture(GOOD)
    guarded.handle(guarded.event(guarded.add("CompletedWithViolations", violations=two_violations)))
    assert published(metrics) == {"RecordsLeftOut": 0, "ShareLeftOut": 0}
    assert "Left out" not in aws.messages[0]["Message"]


def test_a_run_to_which_no_record_was_left_is_told_as_what_it_is(guarded, capture, aws):
    capture(ODD, ODD)
    guarded.handle(guarded.event(guarded.add("Failed", reason="Job inputs had no data: it holds no records")))
    (message,) = aws.messages
    text = " ".join(message["Message"].split())
    assert "Left out 2 of 2 records" in text
    assert "No record has the columns of the baseline." in text


def test_a_run_without_traffic_still_sends_no_message(guarded, aws, metrics):
    guarded.handle(guarded.event(guarded.add("Failed", reason="Job inputs had no data")))
    assert aws.messages == []
    assert metrics()["NoData"] == 1
    assert published(metrics) == {}


def test_rows_of_batch_transform_are_judged_in_the_files_that_manifests_name(guarded, capture, aws, metrics):
    guarded.register(endpoint=None, guard={"records": "s3://data/batch", "script": SCRIPT})
    manifest = json.dumps([{"prefix": "s3://data/answers/"}, "one.csv.out"])
    capture(manifest, name="part.json", place="s3://data/batch")
    aws.put("s3://data/answers/one.csv.out", "score,age,city\n0.5,30,Rome\n0.5,30\n0.1,31,Rome\n")
    guarded.handle(guarded.event(guarded.add("Completed")))
    assert published(metrics) == {"RecordsLeftOut": 1, "ShareLeftOut": pytest.approx(1 / 3)}


def test_of_very_many_records_a_sample_is_judged(guarded, capture, metrics, aws, two_violations, monkeypatch):
    monkeypatch.setattr(captured_records, "MOST_OBJECTS", 2)
    monkeypatch.setattr(captured_records, "MOST_BYTES", 20_000)
    for number in range(4):
        capture(*([GOOD] * 9 + [ODD]) * 20, name=f"{number:02}.jsonl")
    guarded.handle(guarded.event(guarded.add("CompletedWithViolations", violations=two_violations)))
    assert published(metrics)["RecordsLeftOut"] == pytest.approx(80, rel=0.2)
    assert published(metrics)["ShareLeftOut"] == pytest.approx(0.1, rel=0.2)
    assert "Left out  about " in aws.messages[0]["Message"]


def test_what_cannot_be_read_costs_neither_message_nor_metrics(guarded, capture, aws, metrics, two_violations):
    aws.put(SCRIPT, "no script of ours")
    capture(GOOD)
    guarded.handle(guarded.event(guarded.add("CompletedWithViolations", violations=two_violations)))
    assert len(aws.messages) == 1
    assert published(metrics) == {}


def test_the_function_judges_as_the_script_does(tmp_path):
    """Each kind of record of the tests of the script: see test_script.py in the baseline's tests."""
    lines = [json.dumps(GOOD), json.dumps(ODD), "0.5,30,Rome", "0.5,30", '{"score": 1, "age": 2}', '{"x": 1}', "7"]
    rows = ScriptedRows(Categories(COLUMNS, ()))

    def fits(line):
        try:
            return rows(record_of(line.encode(), S3Uri("data", "a"), 1)) is not None
        except OddRecordError:
            return False

    assert [fits(line) for line in lines] == [True, False, True, False, True, False, False]
