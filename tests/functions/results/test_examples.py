"""Captured records that show a violation are named, and their values stay on the page."""

import json
from datetime import timedelta

import pytest

from baseline.data_quality.categories import Categories
from results import captured_records, look
from results.captured_records import record_of
from results.rows import PlainRows
from run_report import PAGE
from shared.s3 import S3Uri

CAPTURED, SCRIPT = "s3://data/capture/credit-risk", "s3://out/baselines/credit/preprocessor-1.py"
COLUMNS = ("score", "age", "city")
CONSTRAINTS = {
    "features": [
        {"name": "score", "inferred_type": "Fractional"},
        {"name": "age", "inferred_type": "Integral"},
        {"name": "city", "inferred_type": "String", "string_constraints": {"domains": ["Rome", "Oslo"]}},
    ]
}
STATISTICS = {
    "dataset": {"item_count": 9},
    "features": [
        {"name": "score", "inferred_type": "Fractional", "numerical_statistics": {"min": 0.1, "max": 0.9}},
        {"name": "age", "inferred_type": "Integral", "numerical_statistics": {"min": 18.0, "max": 65.0}},
        {
            "name": "city",
            "inferred_type": "String",
            "string_statistics": {"distribution": {"categorical": {"buckets": [{"value": "Rome", "count": 9}]}}},
        },
    ],
}
MISSING = "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 90.0%."
TYPE = "Data type match requirement is not met. Expected data type: {}, Expected match: 100.0%. Observed: Only 9.0%."
DRIFT = "Baseline drift distance: 0.25 exceeds threshold: 0.1"
EXTRA = "Number of columns in current dataset: 4, Number of columns in baseline constraints: 3"


def call(number, given, output="0.5", *, encoding="CSV", **metadata):
    bodies = {"endpointInput": given, "endpointOutput": output}
    return {
        "captureData": {name: {"data": data, "encoding": encoding} for name, data in bodies.items()},
        "eventMetadata": {"eventId": f"event-{number}", "inferenceTime": "2026-11-21T04:00:00Z", **metadata},
    }


@pytest.fixture
def capture(runs, aws):
    """Return a function that puts captured records into the hour that runs look at."""

    def put(*records, name="00-a.jsonl", place=f"{CAPTURED}/AllTraffic"):
        lines = [line if isinstance(line, str) else json.dumps(line) for line in records]
        aws.put(f"{place}/{runs.time(1):%Y/%m/%d/%H}/{name}", "".join(f"{line}\n" for line in lines))

    return put


@pytest.fixture
def ended(runs, aws):
    """Return a function that ends a run with violations, and returns the findings of its event."""

    def end(*violations, statistics=STATISTICS, **registered):
        runs.register(**{"examples": CAPTURED, **registered})
        names = ("feature_name", "constraint_check_type", "description")
        name = runs.add(
            "CompletedWithViolations",
            violations=[dict(zip(names, violation, strict=True)) for violation in violations],
            files={"statistics.json": statistics},
        )
        request = aws.jobs[name]["request"]
        kinds = {"constraints": ("constraints", CONSTRAINTS), "stats": ("statistics", statistics)}
        for folder, (file, content) in kinds.items():
            path = f"/opt/ml/processing/baseline/{folder}"
            aws.put(f"s3://out/baselines/1/{file}.json", content)
            request["Environment"][f"baseline_{file}"] = f"{path}/{file}.json"
            source = {"S3Uri": f"s3://out/baselines/1/{file}.json", "LocalPath": path}
            request.setdefault("ProcessingInputs", []).append({"InputName": folder, "S3Input": source})
        assert runs.handle(runs.event(name)) == {"handled": 1}
        return json.loads(aws.events[-1]["Detail"])["findings"]

    return end


def ids(finding):
    return [record["eventId"] for record in finding["examples"]["records"]]


def body(aws):
    return " ".join(aws.messages[-1]["Message"].split())


def page(aws):
    (key,) = [key for _, key in aws.objects if key.endswith(PAGE)]
    return aws.get(f"s3://out/{key}").decode()


@pytest.mark.parametrize(
    ("feature", "check", "description", "wrong"),
    [
        ("age", "completeness_check", MISSING, ",Rome"),
        ("age", "data_type_check", TYPE.format("Integral"), "30.0,Rome"),
        ("score", "data_type_check", TYPE.format("Fractional"), None),
        ("city", "data_type_check", TYPE.format("String"), "30,7"),
        ("city", "categorical_values_check", MISSING, "30,Pisa"),
        ("city", "baseline_drift_check", DRIFT, "30,Oslo"),
        ("age", "baseline_drift_check", DRIFT, "66,Rome"),
        ("age", "baseline_drift_check", DRIFT, "-3,Rome"),
    ],
)
def test_the_first_records_that_show_a_violation_are_named(capture, ended, aws, feature, check, description, wrong):
    odd = [call(number, wrong) if wrong else call(number, "30,Rome", "none") for number in range(4)]
    capture(call(9, "30,Rome"), *odd)
    (finding,) = ended((feature, check, description))
    assert ids(finding) == ["event-0", "event-1", "event-2"]
    assert (finding["examples"]["found"], finding["examples"]["lookedAt"]) == (4, 5)
    assert "in 4 of 5 records looked at, for example: event-0, event-1, event-2" in body(aws)


def test_values_are_on_the_page_and_in_no_message_event_or_log(capture, ended, aws, capsys):
    capture(call(1, '30,"<b>Secret, ""of"" me</b>"', inferenceId="order-7"))
    (finding,) = ended(("city", "baseline_drift_check", DRIFT))
    (record,) = finding["examples"]["records"]
    assert record.pop("object").startswith(f"{CAPTURED}/AllTraffic/")
    assert record == {"eventId": "event-1", "inferenceId": "order-7", "line": 1}
    assert "for example: event-1 (inference id order-7)" in body(aws)
    assert "&lt;b&gt;Secret, &quot;of&quot; me&lt;/b&gt;" in page(aws)
    assert "Secret" not in f"{aws.messages} {aws.events} {capsys.readouterr().out}"


def test_members_of_json_are_known_by_their_names_whatever_their_order(capture, ended):
    capture(
        call(1, '{"city": "Rome", "age": 99}', '{"score": 0.5}', encoding="JSON"),
        call(2, '{"city": "Rome", "age": 30}', '{"score": 0.5}', encoding="JSON"),
        call(3, '{"client": {"age": 99}}', '{"score": 0.5}', encoding="JSON"),  # nobody knows how AWS flattens it
    )
    (finding,) = ended(("age", "baseline_drift_check", DRIFT))
    assert ids(finding) == ["event-1"]


def test_nested_json_is_flattened_as_the_generated_script_does(capture, ended, aws):
    columns = ("score", "client_age", "client_grade")
    aws.put(SCRIPT, Categories(columns, (2,)).script())
    grades = {"distribution": {"categorical": {"buckets": [{"value": "category 1", "count": 9}]}}}
    grade = {"name": "client_grade", "inferred_type": "String", "string_statistics": grades}
    for number, value in enumerate(["1.0", 1, 2]):
        given = json.dumps({"client": {"age": 30, "grade": value}})
        capture(call(number, given, '{"score": 1}', encoding="JSON"), name=f"{number}.jsonl")
    guard = {"records": CAPTURED, "script": SCRIPT}
    (finding,) = ended(("client_grade", "baseline_drift_check", DRIFT), statistics={"features": [grade]}, guard=guard)
    assert ids(finding) == ["event-2"]


def test_records_that_the_script_left_out_are_named_too(capture, ended, aws):
    aws.put(SCRIPT, Categories(COLUMNS, ()).script())
    capture(call(1, "30,Rome"), call(2, '{"age": 30, "city": "Rome", "x": 1}', '{"score": 1}', encoding="JSON"))
    ended(("age", "baseline_drift_check", DRIFT), guard={"records": CAPTURED, "script": SCRIPT})
    assert "1 of 2 records, without the columns of the baseline, for example: event-2" in body(aws)
    assert "it has x, expected some of 3 columns of the baseline" in page(aws)


def test_records_with_a_column_too_many_are_named(capture, ended, aws):
    capture(call(1, "30,Rome"), call(2, "30,Rome,1"), call(3, "30"))
    (finding,) = ended(("Extra columns", "extra_column_check", EXTRA))
    assert ids(finding) == ["event-2"]
    assert "4 values; the baseline has 3" in page(aws)


def test_rows_of_batch_transform_have_lines_in_place_of_ids(capture, ended, aws):
    capture(json.dumps([{"prefix": "s3://data/in/"}, "one.csv"]), name="part.json", place="s3://data/batch")
    aws.put("s3://data/in/one.csv", "score,age,city\n0.5,30,Rome\n0.5,99,Rome\n")
    (finding,) = ended(("age", "baseline_drift_check", DRIFT), endpoint=None, examples="s3://data/batch")
    assert finding["examples"]["records"] == [{"object": "s3://data/in/one.csv", "line": 3}]
    assert "for example: line 3 of s3://data/in/one.csv" in body(aws)


def test_where_only_the_script_of_a_user_knows_the_columns_nothing_is_read_and_nothing_said(capture, ended, aws):
    capture(call(1, "99,Rome"))
    (finding,) = ended(("age", "baseline_drift_check", DRIFT), examples=None)
    assert "examples" not in finding
    assert "for example" not in body(aws)
    assert not [params for _, params, _ in aws.actors if "capture" in params.get("Key", "")]


def test_what_an_attacker_captures_costs_the_others_nothing(capture, ended):
    capture(
        "[" * 100_000,
        '{"captureData": {"endpointInput": 7, "endpointOutput": []}, "eventMetadata": "x"}',
        call(1, "[" * 50_000, encoding="JSON"),
        call(2, "," * 500_000),
        call(3, "x" * 200_000 + ",Rome"),
        call(4, '30,"Rome'),
        call(5, "9" * 300_000 + ",Rome"),
        call(6, json.dumps({"age": 10**400, "city": "Rome"}), '{"score": 1}', encoding="JSON"),
        {**call(7, "99,Rome"), "eventMetadata": {"eventId": ["no text"]}},
        call("8\n=> drop everything", "99,Rome"),
    )
    (finding,) = ended(("age", "baseline_drift_check", DRIFT))
    assert [record.get("eventId") for record in finding["examples"]["records"]] == [None, "event-8\n=> drop everything"]


def test_the_message_quotes_ids_that_are_no_ids(capture, ended, aws):
    capture(call("1\nWHAT TO DO: nothing", "99,Rome"))
    ended(("age", "baseline_drift_check", DRIFT))
    assert '"event-1\\nWHAT TO DO: nothing"' in body(aws)


@pytest.mark.parametrize("trouble", ["denied", "slow", "broken"])
def test_what_goes_wrong_costs_the_examples_and_nothing_else(capture, ended, aws, monkeypatch, trouble):
    capture(call(1, "99,Rome"))
    if trouble == "denied":
        aws.fail("GetObject", "AccessDenied", status=403, times=9, when=lambda params: "capture" in params["Key"])
    elif trouble == "slow":
        monkeypatch.setattr(look, "_RESERVED_SECONDS", timedelta(minutes=5).total_seconds())
    else:
        monkeypatch.setattr(captured_records, "record_of", lambda *_: 1 / 0)
    (finding,) = ended(("age", "baseline_drift_check", DRIFT))
    assert "examples" not in finding
    assert "age: values outside" not in body(aws)
    assert len(aws.messages) == 1
    assert page(aws)


def test_the_time_for_reading_is_bounded(capture, ended, monkeypatch):
    monkeypatch.setattr(look, "_MOST_SECONDS", 1e-9)
    capture(call(1, "99,Rome"))
    (finding,) = ended(("age", "baseline_drift_check", DRIFT))
    assert "examples" not in finding


@pytest.mark.parametrize("line", ["1,30,Rome", "[1]", "{", '{"age": 3}'])
def test_a_line_that_is_no_call_is_no_row_of_an_endpoint(line):
    assert PlainRows(COLUMNS, of_calls=True)(record_of(line.encode(), S3Uri("data", "a"), 1)) is None
