"""Records longer than their rows can be are set apart before they are parsed; those that hold many rows are not."""

import base64
import json

import pytest

from analyzer.dataset import lines as lines_module
from analyzer.dataset.lines import lines_of
from tests.attacks.conftest import drifted, rows
from tests.attacks.test_odd_records import issues

ROBUST = {"odd_records": "robust"}
LONG = 60_000


@pytest.mark.parametrize(
    ("of_traffic", "encoding", "body"),
    [
        ("CSV", "CSV", "1" * LONG),
        ("CSV", "CSV", "1\n" * LONG),
        ("CSV", "JSON", json.dumps([1] * LONG)),
        ("CSV", "BASE64", base64.b64encode(b"," * LONG).decode()),
        ("JSON", "JSON", json.dumps({f"m{number}": 1 for number in range(LONG // 10)})),
        ("JSON", "JSON", json.dumps({"instances": [[1]] * LONG})),
        ("JSON", "CSV", "1," * LONG),
    ],
)
def test_long_records_are_counted_and_the_rest_is_analysed(watch, traffic, record, of_traffic, encoding, body):
    records = traffic[of_traffic](rows(300, shift=1))
    records[100:100] = [record("0.5" if encoding == "CSV" else "[0.5]", body, encoding=encoding)] * 5
    done = watch(records, **ROBUST)
    assert drifted(done) == {"age", "amount"}
    assert done.document("statistics.json")["dataset"]["item_count"] == 300
    assert issues(done)[0] == 5
    assert done.document("data_issues.json")["examples"][0]["line"] == 101


@pytest.mark.parametrize("encoding", ["CSV", "JSON", "BASE64"])
@pytest.mark.parametrize("mode", ["service", "robust"])
def test_records_of_many_rows_are_analysed_however_long(watch, traffic, record, encoding, mode):
    many = rows(2_000, shift=1)
    if encoding == "JSON":
        given = json.dumps(
            {"instances": [{"age": age, "amount": amount, "city": city} for _, age, amount, city in many]}
        )
        answer = json.dumps({"predictions": [{"score": score} for score, *_ in many]})
    else:
        given = "\n".join(",".join(map(str, features)) for _, *features in many)
        answer = "\n".join(str(score) for score, *_ in many)
    assert len(given) > LONG // 2
    if encoding == "BASE64":
        given, answer = (base64.b64encode(text.encode()).decode() for text in (given, answer))
    records = traffic["JSON" if encoding == "JSON" else "CSV"](rows(300, shift=1))
    records.insert(100, record(answer, given, encoding=encoding))
    done = watch(records, odd_records=mode)
    assert done.document("statistics.json")["dataset"]["item_count"] == 2_300
    assert not done.has("data_issues.json")


def test_where_texts_are_long_they_are_no_attack(watch, as_json):
    written = [[score, age, amount, city * 5_000] for score, age, amount, city in rows(60)]
    done = watch(as_json(written), **ROBUST)
    assert done.document("statistics.json")["dataset"]["item_count"] == 60
    assert not done.has("data_issues.json")


def test_long_records_of_other_hours_are_not_counted(watch, as_csv, record):
    records = [*as_csv(rows(300, seed=2)), record("0.5", "1" * LONG, time="2026-01-01T08:00:00Z")]
    done = watch(records, start_time="2026-01-01T10:00:00Z", end_time="2026-01-01T11:00:00Z", **ROBUST)
    assert not done.has("data_issues.json")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1_000])
@pytest.mark.parametrize(
    "content", [b"ab\ncd\n\nef", b"ab\r\ncd\r\n\r\nef\r\n", b"ab\rcd\r\ref", b"\n\n\nab\n\n", b"", b"\n \n"]
)
def test_lines_are_the_same_however_much_is_read_at_once(monkeypatch, tmp_path, size, content):
    monkeypatch.setattr(lines_module, "_PART_BYTES", size)
    path = tmp_path / "lines"
    path.write_bytes(content)
    found = [line.strip() for part in lines_of(path) for line in part]
    expected = content.splitlines()
    while expected and not expected[-1].strip():
        expected.pop()
    assert found[: len(expected)] == expected
    assert not any(found[len(expected) :])
    assert bool(found) == bool(content.strip())
