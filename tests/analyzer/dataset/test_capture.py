"""Data-capture records as a table."""

import base64
import json

import pytest


def columns(done):
    assert done.code == 0, done.message
    return {
        name: feature["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"][0]
        for name, feature in done.statistics.items()
    }


def test_output_columns_come_first(job, captures, record):
    done = job(captures([record("0.9\n", "1,2\n"), record("0.8", "3,4")]), "capture")
    assert columns(done) == {"_c0": [0.9, 0.8], "_c1": [1, 3], "_c2": [2, 4]}


@pytest.mark.parametrize(("names", "expected"), [(["endpointOutput"], [[0.9]]), (["endpointInput"], [[1], [2]])])
def test_one_direction_can_be_chosen(job, captures, record, names, expected):
    done = job(captures([record("0.9", "1,2")]), {"sagemakerCaptureJson": {"captureIndexNames": names}})
    assert list(columns(done).values()) == expected


def test_records_that_hold_only_one_direction(job, captures, record):
    assert columns(job(captures([record("0.9", None)] * 2), "capture")) == {"_c0": [0.9, 0.9]}


def test_payloads_of_several_rows(job, captures, record):
    done = job(captures([record("0.9\n0.8\n", "1,2\n3,4\n"), record("0.7", "5,6")]), "capture")
    assert columns(done) == {"_c0": [0.9, 0.8, 0.7], "_c1": [1, 3, 5], "_c2": [2, 4, 6]}


def test_quoted_fields(job, captures, record):
    done = job(captures([record("1", '"a,b",2')]), "capture")
    assert [feature["inferred_type"] for feature in done.statistics.values()] == ["Integral", "String", "Integral"]


def test_only_line_breaks_separate_rows(job, captures, record):
    done = job(captures([record("1\n2", '"a\nb",x\u2028y\n"c\x0c",z')]), "capture")
    texts = [
        [bucket["value"] for bucket in feature["string_statistics"]["distribution"]["categorical"]["buckets"]]
        for feature in list(done.statistics.values())[1:]
    ]
    assert texts == [["a\nb", "c\x0c"], ["x\u2028y", "z"]]


def test_base64_payloads_are_read_by_their_content_type(job, captures, record):
    def base64_record(output, given, kind):
        encoded = [base64.b64encode(body.encode()).decode() for body in (output, given)]
        return record(*encoded, encoding="BASE64", content_type=kind)

    text = job(captures([base64_record("0.9", "1,2", "text/csv; charset=utf-8")]), "capture")
    assert list(columns(text).values()) == [[0.9], [1], [2]]
    document = job(captures([base64_record('{"p": 0.9}', '{"x": 1}', "application/json")]), "capture")
    assert columns(document) == {"p": [0.9], "x": [1]}


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        (({"p": 0.9}, {"x": 1, "y": {"z": 2}}), {"p": [0.9], "x": [1], "y_z": [2]}),
        (([0.9], [1, 2]), {"0": [0.9], "endpointInput_0": [1], "1": [2]}),
        ((0.9, [[1, 2]]), {"value": [0.9], "0": [1], "1": [2]}),
        (({"predictions": [0.9, 0.8]}, {"instances": [[1], [3]]}), {"value": [0.9, 0.8], "0": [1, 3]}),
        (
            ({"predictions": [{"score": 0.9}]}, {"instances": [{"features": [1, 2]}]}),
            {"score": [0.9], "features_0": [1], "features_1": [2]},
        ),
        (({"id": 1}, {"id": 2}), {"id": [1], "endpointInput_id": [2]}),
        # A list of rows and an object of arrays are joined by position, whatever the number of rows.
        (({"p": [0.9, 0.8], "q": [1, 2]}, [[5, 6], [7, 8]]), {"p": [0.9, 0.8], "q": [1, 2], "0": [5, 7], "1": [6, 8]}),
        (({"p": [0.9]}, [{"x": 5}]), {"p": [0.9], "x": [5]}),
        (({"p": [[1, 2], [3, 4]]}, [[5], [6]]), {"p_0": [1, 3], "p_1": [2, 4], "0": [5, 6]}),
        (({"p": [0.9, 0.8]}, {"x": 5}), {"p_0": [0.9], "p_1": [0.8], "x": [5]}),
    ],
)
def test_json_payloads_are_flattened(job, captures, record, payloads, expected):
    output, given = map(json.dumps, payloads)
    done = job(captures([record(output, given, encoding="JSON")]), "capture")
    assert columns(done) == expected


def test_json_lines_payloads_are_rows(job, captures, record):
    done = job(captures([record('{"p":1}\n{"p":2}', '{"x":3}\n{"x":4}\n', encoding="JSON")]), "capture")
    assert columns(done) == {"p": [1, 2], "x": [3, 4]}


def test_different_encodings_of_input_and_output_are_refused(job, captures, record):
    mixed = record("0.9", '{"x": 1}')
    mixed["captureData"]["endpointInput"]["encoding"] = "JSON"
    done = job(captures([mixed]), "capture")
    assert done.code == 1
    assert "Encoding is JSON for endpointInput, but Encoding is CSV for endpointOutput" in done.message


def test_the_time_of_the_record_decides_not_that_of_the_folder(job, captures, record):
    times = ("09:59:59Z", "10:00:00Z", "10:59:59.999Z", "11:00:00Z")
    source = captures([record(f"{i}", "7", time=f"2026-01-01T{time}") for i, time in enumerate(times)])
    window = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T11:00:00Z"}
    assert columns(job(source, "capture", **window))["_c0"] == [1, 2]
    # The same through the parser for unusual records.
    captures([record(f'"{i}"', "7", time=f"2026-01-01T{time}") for i, time in enumerate(times)])
    assert columns(job(source, "capture", **window))["_c0"] == [1, 2]


def test_records_in_a_neighbouring_hour_folder_are_found(job, captures, record):
    late = captures([record("1", "7", time="2026-01-01T10:59:59Z")], hour="2026/01/01/11")
    captures([record("2", "7", time="2026-01-01T10:00:01Z")])
    captures(["this file is never opened"], hour="2026/01/01/03")
    window = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T11:00:00Z"}
    assert columns(job(late, "capture", **window))["_c0"] == [2, 1]


def test_a_window_without_records_is_a_failure_with_that_reason(job, captures, record):
    source = captures([record("1", "7")])
    window = {"start_time": "2026-01-01T11:00:00Z", "end_time": "2026-01-01T12:00:00Z"}
    done = job(source, "capture", **window)
    assert done.code == 1
    assert "Job inputs had no data" in done.message
    assert "from 2026-01-01T11:00Z to 2026-01-01T12:00Z" in done.message


def test_many_files_are_one_table(job, captures, record):
    for minute in range(60):
        source = captures([record(f"{minute}", "0.5")] * 3, name=f"{minute:02d}-00-000-capture.jsonl")
    assert columns(job(source, "capture"))["_c0"] == [minute for minute in range(60) for _ in range(3)]


def shadow(record):
    return record | {"eventMetadata": {**record["eventMetadata"], "invocationSource": "ShadowExperiment"}}


@pytest.mark.parametrize("output", ["1", '"1"', "1\n1"], ids=["plain", "quoted", "of several rows"])
def test_shadow_traffic_is_left_out_and_is_no_bad_data(job, captures, record, output):
    given = "\n".join("7" for _ in output.splitlines())
    # This job would fail at the first record that counts as bad, and these have a value too many.
    source = captures([record(output, given), *[shadow(record("0.9", "3,4"))] * 9])
    assert columns(job(source, "capture"))["_c1"] == [7] * len(output.splitlines())


def test_a_script_never_sees_shadow_traffic(job, captures, record, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def preprocess_handler(r): return {'n': 7 if r.endpoint_output.data == '1' else 1 / 0}")
    source = captures([record("1", "2"), shadow(record("0.9", "3"))])
    assert columns(job(source, "capture", record_preprocessor_script=script)) == {"n": [7]}


def test_shadow_traffic_alone_is_no_data(job, captures, record):
    done = job(captures([shadow(record("1", "7"))] * 3), "capture")
    assert done.code == 1
    assert "Job inputs had no data" in done.message
