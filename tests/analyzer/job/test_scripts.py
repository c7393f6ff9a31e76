"""Pre- and post-processing scripts."""

import json

import polars as pl
import pytest


@pytest.fixture
def script(tmp_path):
    def write(text, name="script.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def sketch(done, name):
    assert done.code == 0, done.message
    return done.statistics[name]["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"][0]


FROM_CAPTURE = """
def preprocess_handler(inference_record):
    output = inference_record.endpoint_output.data.rstrip("\\n")
    values = [output] + inference_record.endpoint_input.data.rstrip("\\n").split(",")
    return {str(i).zfill(20): value for i, value in enumerate(values)}
"""


def test_a_record_becomes_a_row(job, captures, record, script):
    done = job(captures([record("0.9\n", "1,2\n")]), "capture", record_preprocessor_script=script(FROM_CAPTURE))
    assert [sketch(done, str(i).zfill(20)) for i in range(3)] == [[0.9], [1], [2]]


def test_rows_are_matched_to_the_baseline_by_position(monitor, table, captures, record, script):
    source = captures([record("1", "0.5\n")] * 3)
    done = monitor(
        table("train.csv", "label,x", *["1,0.5"] * 3),
        source,
        live_format="capture",
        record_preprocessor_script=script(FROM_CAPTURE),
    )
    assert done.violations == []
    assert list(done.statistics) == ["label", "x"]


def test_the_record_has_the_attributes_of_the_services(job, captures, record, script):
    full = record("1", "2")
    full["eventMetadata"] |= {"customAttributes": ["source=test"], "inferenceId": "42"}
    handler = script("""
def preprocess_handler(r, logger):
    logger.info("seen %s", r.event_metadata.event_id)
    return {
        "a": r.endpoint_input.encoding, "b": r.endpoint_input.observedContentType, "c": r.endpoint_output.mode,
        "d": r.event_metadata.custom_attribute[0], "e": r.event_metadata.inference_id,
        "f": r.event_metadata.event_time, "g": r.event_version,
    }
""")
    done = job(captures([full]), "capture", record_preprocessor_script=handler)
    seen = [
        feature["string_statistics"]["distribution"]["categorical"]["buckets"][0]["value"]
        for feature in done.statistics.values()
        if "string_statistics" in feature
    ]
    assert seen == ["CSV", "text/csv", "OUTPUT", "source=test", "2026-01-01T10:20:30Z"]
    assert sketch(done, "e") == [42]


def test_several_rows_and_dropped_records(job, table, script):
    handler = script("""
def preprocess_handler(inference_record):
    n = int(inference_record)
    return [{"n": n, "half": n / 2}, {"n": -n, "half": None}] if n % 2 else []
""")
    done = job(table("a.csv", "n", "1", "2", "3"), "csv", record_preprocessor_script=handler)
    assert sketch(done, "n") == [1, -1, 3, -3]
    assert sketch(done, "half") == [0.5, 1.5]
    assert list(done.statistics) == ["half", "n"]


def test_columns_come_in_the_lexicographic_order_of_all_keys(job, table, script):
    handler = script("""
def preprocess_handler(line):
    return {"b": 1, "a": 2} if line == "1" else {"c": 3, "B": True}
""")
    done = job(table("a.csv", "n", "1", "2"), "csv", record_preprocessor_script=handler)
    assert list(done.statistics) == ["B", "a", "b", "c"]
    assert done.statistics["c"]["numerical_statistics"]["common"] == {"num_present": 1, "num_missing": 1}


def test_scripts_may_define_classes_and_be_called_like_a_standard_module(job, table, script):
    text = """
from __future__ import annotations
import json
from dataclasses import dataclass

@dataclass
class Row:
    n: int

def preprocess_handler(line):
    return vars(Row(json.loads(line)))
"""
    done = job(table("a.csv", "n", "7"), "csv", record_preprocessor_script=script(text, name="json.py"))
    assert sketch(done, "n") == [7]


def test_rows_of_csv_arrive_as_text_without_the_header(job, tmp_path, script):
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\r\n1,"x\ny"\r\n\r\n2,z\r\n')
    handler = script("def preprocess_handler(line):\n    return {'line': line}")
    done = job(path, "csv", record_preprocessor_script=handler)
    buckets = done.statistics["line"]["string_statistics"]["distribution"]["categorical"]["buckets"]
    assert [bucket["value"] for bucket in buckets] == ['1,"x\ny"', "2,z"]


def test_rows_of_json_arrive_as_dicts(job, tmp_path, script):
    path = tmp_path / "rows"
    path.write_text(json.dumps({"a": {"b": 1}, "c": 2}) + "\n")
    handler = script("def preprocess_handler(row):\n    return {'n': row['c'] + 1, 'kind': type(row).__name__}")
    done = job(path, "json", record_preprocessor_script=handler)
    assert sketch(done, "n") == [3]
    assert done.constraints["kind"]["string_constraints"]["domains"] == ["dict"]


def test_a_script_with_parquet_fails_with_the_text_of_aws(job, tmp_path, script):
    path = tmp_path / "rows"
    pl.DataFrame({"a": [1], "c": [2]}).write_parquet(path)
    done = job(path, "parquet", record_preprocessor_script=script("def preprocess_handler(row):\n    return {}"))
    assert done.code == 1
    assert done.message.endswith("Preprocessor script not supported for format parquet")


def test_a_failing_script_names_the_record_and_its_own_line(job, table, script, capsys):
    handler = script("def preprocess_handler(line):\n    return {'n': 1 / int(line)}\n", name="preprocessor.py")
    path = table("a.csv", "n", "1", "0")
    done = job(path, "csv", record_preprocessor_script=handler)
    assert done.code == 1
    assert done.message == (
        f"Exception performing analysis: Exception while invoking preprocessor script on the record at {path}, line 3: "
        f"ZeroDivisionError: division by zero ({handler}, line 2; the log has the traceback)"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1", "defines no preprocess_handler"),
        ("def preprocess_handler(line):\n    return 'text'", "returned str for the record at"),
        ("def preprocess_handler(line):\n    return [1]", "returned list for the record at"),
        ("def preprocess_handler(line):\n    pass", "returned NoneType for the record at"),
    ],
)
def test_a_script_that_breaks_the_contract(job, table, script, text, reason):
    done = job(table("a.csv", "n", "1"), "csv", record_preprocessor_script=script(text))
    assert done.code == 1
    assert done.message.startswith(
        "Exception performing analysis: Preprocess Handler not implemented correctly in customer script."
    )
    assert reason in done.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:", "SyntaxError"),
        ("import no_such_package", "No module named 'no_such_package'"),
        ("exit(3)", "SystemExit: 3"),
    ],
)
def test_a_script_that_cannot_be_loaded(job, table, script, text, reason):
    done = job(table("a.csv", "n", "1"), "csv", record_preprocessor_script=script(text))
    assert done.code == 1
    assert "Exception while loading customer script" in done.message
    assert reason in done.message


def test_a_postprocessing_script_runs_after_the_documents_are_written(job, table, script, tmp_path):
    handler = script(f"""
import json, pathlib
def postprocess_handler():
    jobs = pathlib.Path({str(tmp_path)!r})
    jobs.joinpath("seen").write_text("ran")
""")
    done = job(table("a.csv", "n", "1"), "csv", post_analytics_processor_script=handler)
    assert done.code == 0
    assert (tmp_path / "seen").read_text() == "ran"


def test_a_failing_postprocessing_script_fails_the_run(job, table, script):
    handler = script("def postprocess_handler():\n    raise ValueError('no mail server')")
    done = job(table("a.csv", "n", "1"), "csv", post_analytics_processor_script=handler)
    assert done.code == 1
    assert "Exception while invoking postprocessor script: ValueError: no mail server" in done.message
    assert done.has("statistics.json")
