"""Bodies that are deep, wide, long, ambiguous or badly quoted, and records with odd times and encodings."""

import json

import pytest

from tests.attacks.conftest import drifted, rows
from tests.attacks.test_odd_records import issues


def nested(levels):
    return "[" * levels + "]" * levels


def deep_object(levels):
    return '{"a":' * levels + "1" + "}" * levels


BODIES = {
    "600 brackets": nested(600),
    "600 brackets with a row": '{"age": 1, "amount": 2, "city": ' + nested(600) + "}",
    "900 objects": deep_object(900),
    "2000 brackets": nested(2000),
    "8000 elements": json.dumps(list(range(8000))),
    "500000 elements": json.dumps([0] * 500_000),
    "8000 members": json.dumps({f"m{number}": 1 for number in range(8000)}),
    "a long value": json.dumps({"age": 1, "amount": 2, "city": "x" * 200_000}),
    "a key twice": '{"age": 1, "amount": 2, "city": "Nice", "age": 3}',
    "a nested key twice": '{"age": 1, "amount": 2, "city": {"x": 1, "x": 2}}',
    "a depth behind a key twice": '{"age": ' + nested(900) + ', "age": 1, "amount": 2, "city": "Nice"}',
    "a flattened key that meets a real one": '{"age": 1, "amount": 2, "city": {"x": 1}, "city_x": 2}',
    "no JSON": '{"age": 1,',
    "digits and a letter": "1" * 20_000 + "x",
}


@pytest.mark.parametrize("body", BODIES, ids=str)
@pytest.mark.parametrize("mode", ["service", "robust"])
def test_the_record_is_set_apart_and_the_rest_analysed(watch, as_json, record, body, mode):
    records = as_json(rows(300, shift=1))
    attack = record('{"score": 0.5}', BODIES[body], encoding="JSON")
    records.insert(100, attack)
    done = watch(records, odd_records=mode)
    assert done.code == 0, done.message
    assert drifted(done) == {"age", "amount"}
    assert issues(done)[0] == 1


def test_colons_within_texts_repeat_no_key(watch, as_json, record):
    records = as_json(rows(300, seed=2))
    records.append(record('{"score": 0.5}', '{"age": 30, "amount": 99.5, "city": "a:b:c"}', encoding="JSON"))
    done = watch(records)
    assert done.document("statistics.json")["dataset"]["item_count"] == 301
    assert not done.has("data_issues.json")


@pytest.mark.parametrize("quotes", [('"x', 'y"'), ('"', '"'), ('""x', 'y"'), ('a"b', 'c"d')])
@pytest.mark.parametrize("mode", ["service", "robust"])
def test_a_quote_joins_no_records(watch, as_csv, record, quotes, mode):
    """The 300 records between the two quotes are analysed, all of them."""
    (first, last), between = quotes, as_csv(rows(300, shift=1))
    records = [record("0.5", f"30,100.5,{first}"), *between, record("0.5", f"30,100.5,{last}")]
    done = watch(records, odd_records=mode)
    assert done.code == 0, done.message
    assert 300 <= done.document("statistics.json")["dataset"]["item_count"] <= 302
    assert done.statistics["age"]["numerical_statistics"]["common"]["num_present"] >= 300
    assert {"age", "amount"} <= drifted(done)


def test_a_quote_in_the_output_is_not_closed_in_the_input(watch, as_csv, record):
    joined = record('"0.5', '30",100.5,Nice,x')
    done = watch([*as_csv(rows(300, seed=2)), joined])
    assert issues(done)[0] == 1
    assert done.document("statistics.json")["dataset"]["item_count"] == 300


def test_rows_keep_the_order_of_their_records(job, captures, record):
    records = [record(str(number), '"a,b"' if number % 3 == 0 else "x") for number in range(20)]
    records[7] = record("7\n7.5", "x\nx")
    done = job(captures(records), "capture")
    kept = done.statistics["_c0"]["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"][0]
    assert kept == sorted([*range(20), 7.5])


WINDOW = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T11:00:00Z"}


@pytest.mark.parametrize("window", [WINDOW, {}], ids=["window", "all"])
def test_times_with_offsets_are_read_and_those_that_cannot_be_read_are_counted(
    monitor, table, captures, record, window
):
    times = {
        "2026-01-01T10:20:30Z": True,
        "2026-01-01T12:20:30+02:00": True,
        "2026-01-01T05:20:30.5-05:00": True,
        "2026-01-01T10:20:30+05:00": not window,  # 05:20 UTC, though it looks like 10:20
        "2026-01-01T10:20:30": True,
    }
    unreadable = ["10:20", "yesterday", "", "2026-13-01", 1767262830, None]
    records = [record(str(place), "7", time=time) for place, time in enumerate([*times, *unreadable])]
    records += [record("50", "7")] * 100
    done = monitor(table("base.csv", "a,b", "1,7"), captures(records), live_format="capture", **window)
    assert done.code == 0, done.message
    assert done.document("statistics.json")["dataset"]["item_count"] == sum(times.values()) + 100
    assert issues(done)[0] == len(unreadable)


def test_records_of_two_encodings_are_set_apart(watch, as_csv, record):
    mixed = record("0.5", '{"age": 1}')
    mixed["captureData"]["endpointInput"]["encoding"] = "JSON"
    done = watch([*as_csv(rows(300, shift=1)), mixed])
    assert (drifted(done), issues(done)[0]) == ({"age", "amount"}, 1)
    assert "Encoding mismatch" in done.document("data_issues.json")["examples"][0]["problem"]
    all_mixed = watch([mixed] * 20)
    assert all_mixed.code == 1
    assert "Encoding is JSON for endpointInput, but Encoding is CSV for endpointOutput" in all_mixed.message


def test_copies_of_traffic_for_a_shadow_test_are_left_out(job, captures, record):
    records = [record(str(number), "7") for number in range(4)]
    records[1]["eventMetadata"]["invocationSource"] = "ShadowExperiment"
    records[2]["captureData"]["endpointInput"]["data"] = "ShadowExperiment"
    done = job(captures(records), "capture")
    assert done.document("statistics.json")["dataset"]["item_count"] == 3
