"""The scripts of the library, run as the analyzer runs them."""

import ast
import base64
import json
import logging
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from preprocessors import check_script
from preprocessors.scripts import flatten_json_lines
from preprocessors.source import COMMON, complete, files
from preprocessors.source_checks import source_problems

ALL = files()


def values(report):
    """The rows as lists, in the analyzer's order of columns."""
    assert report.ok, report
    return [[row[name] for name in sorted(row)] for row in report.rows]


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
def test_the_container_can_run_the_script(script):
    assert list(source_problems(script)) == []


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
def test_the_script_needs_no_other_file(script, tmp_path):
    (tmp_path / "alone.py").write_text(script.read_text())
    subprocess.run([sys.executable, "-I", "alone.py"], cwd=tmp_path, check=True, timeout=30)


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
def test_the_common_part_comes_from_one_source(script):
    assert script.read_text() == complete(script.read_text(), COMMON.read_text()), "run make scripts"


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
def test_every_helper_is_used(script):
    tree = ast.parse(script.read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} - {"preprocess_handler"}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert defined <= used


# Flat columns

NESTED = {"customer": {"age": 34, "income": [1200, 900]}, "ok": True, "note": None}


def test_nested_json_becomes_flat_in_its_own_order(configured, captures):
    report = check_script(configured("flatten_json_lines"), captures(({"score": 0.7}, NESTED)))
    assert values(report) == [[0.7, 34, 1200, 900, True, None]]
    assert report.columns == [f"{position:020}" for position in range(6)]


def test_more_than_ten_columns_keep_their_order(configured, captures):
    report = check_script(configured("flatten_json_lines"), captures(({"y": 0}, {f"x{n}": n for n in range(1, 25)})))
    assert values(report) == [list(range(25))]


def test_listed_columns_are_matched_by_name(configured, captures):
    columns = ["score", "customer_age", "customer_income_1", "other"]
    script = configured("flatten_json_lines", COLUMNS=columns)
    records = captures(({"score": 0.7}, NESTED), ({"score": 0.1}, {"customer": {"age": 5}, "other": 1, "new": 2}))
    assert values(check_script(script, records)) == [[0.7, 34, 900, None], [0.1, 5, None, 1]]


def test_columns_may_go_by_their_names_whatever_a_record_lacks_or_has_more(configured, captures):
    script = configured("flatten_json_lines", COLUMNS=["score", "customer_age", "customer_city"], NAMED=True)
    report = check_script(script, captures(({"score": 0.7}, NESTED), ({"score": 0.1}, {"other": 1})))
    assert report.ok, report
    assert list(report.rows) == [
        {"score": 0.7, "customer_age": 34, "customer_city": None},
        {"score": 0.1, "customer_age": None, "customer_city": None},
    ]


def test_a_csv_request_with_a_json_answer_is_one_row(configured, captures):
    script = configured("flatten_json_lines", COLUMNS=["score", "age", "city"])
    assert values(check_script(script, captures(({"score": 0.7}, "34,Rome\n")))) == [[0.7, "34", "Rome"]]


@pytest.mark.parametrize(
    ("output", "body"),
    [
        ({"predictions": [[0.1], [0.2]]}, {"instances": [{"x": 1}, {"x": 2}]}),
        ([[0.1], [0.2]], [{"x": 1}, {"x": 2}]),
        ("0.1,0.2", {"instances": [[1], [2]]}),
        ("0.1\n0.2\n", "1\n2\n"),
    ],
)
def test_a_request_of_several_rows_gives_as_many(configured, captures, output, body):
    rows = values(check_script(configured("flatten_json_lines"), captures((output, body))))
    assert [[float(value) for value in row] for row in rows] == [[0.1, 1], [0.2, 2]]


def test_a_request_of_json_lines_gives_a_row_a_line(configured, write):
    record = {
        "captureData": {
            "endpointInput": {"data": '{"x": {"a": 1}}\n{"x": {"a": 2}}\n', "encoding": "JSON"},
            "endpointOutput": {"data": base64.b64encode(b'{"y": 1}\n{"y": 0}').decode(), "encoding": "BASE64"},
        },
        "eventMetadata": {"eventId": "e", "inferenceTime": "2026-11-21T04:00:00Z"},
    }
    report = check_script(configured("flatten_json_lines"), write("captured.jsonl", json.dumps(record)))
    assert values(report) == [[1, 1], [0, 2]]


def test_an_input_with_the_name_of_an_output_keeps_its_column(configured, captures):
    script = configured("flatten_json_lines", COLUMNS=["id", "endpointInput_id"])
    assert values(check_script(script, captures(({"id": 1}, {"id": 2})))) == [[1, 2]]


def test_one_captured_direction_is_enough(configured, captures):
    report = check_script(configured("flatten_json_lines"), captures((None, {"a": [1, 2]})))
    assert values(report) == [[1, 2]]


def test_a_baseline_of_json_lines_gives_the_columns_of_the_captures(configured, write, captures):
    script = configured("flatten_json_lines")
    baseline = check_script(script, write("train.jsonl", json.dumps({"score": 0.7} | NESTED)))
    assert values(baseline) == values(check_script(script, captures(({"score": 0.7}, NESTED))))


def test_a_baseline_in_csv_gives_the_columns_of_the_captures(configured, write):
    script = configured("flatten_json_lines", COLUMNS=["score", "age"])
    assert values(check_script(script, write("train.csv", "score,age", '0.7,"3,4"'))) == [["0.7", "3,4"]]


@pytest.mark.parametrize(
    "bad",
    [("0.7", '1,"2'), ("0.1\n0.2", "1\n2\n3"), ("0.1", "1,2,3")],
    ids=["not CSV", "rows that do not match", "too many values"],
)
@pytest.mark.parametrize("name", ["flatten_json_lines", "drop_synthetic_traffic"])
def test_a_clients_mistake_is_left_out_and_logged(configured, captures, caplog, name, bad):
    options = {"SYNTHETIC_COLUMN": "b", "KEEP_SYNTHETIC_COLUMN": True} if name == "drop_synthetic_traffic" else {}
    script = configured(name, COLUMNS=["y", "a", "b"], **options)
    with caplog.at_level(logging.WARNING):
        report = check_script(script, captures(("0.7", "1,2"), bad))
    assert (values(report), report.left_out) == ([["0.7", "1", "2"]], 1)
    assert "record e-1 is left out: " in caplog.text


def test_the_same_mistake_in_a_baseline_is_an_error(configured, write):
    report = check_script(configured("flatten_json_lines", COLUMNS=["y", "a"]), write("train.csv", "y,a,b", "1,2,3"))
    assert "got 3 values without a name, expected 2: y, a; the row is 1,2,3" in str(report)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(value=JSON)
def test_flat_keeps_every_value_in_the_order_of_the_document(value):
    def leaves(item):
        if isinstance(item, dict | list):
            return [leaf for part in (item.values() if isinstance(item, dict) else item) for leaf in leaves(part)]
        return [item]

    assert [leaf for _, leaf in flatten_json_lines.flat(value)] == leaves(value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(output=JSON, body=JSON)
def test_no_payload_ends_a_monitoring_job(configured, captures, output, body):
    report = check_script(configured("flatten_json_lines", COLUMNS=["a", "b"]), captures((output, body)))
    assert report.counts["the script fails"] == 0
    assert all(len(row) == 2 for row in report.rows)


# Selected columns


def test_selected_names_come_in_the_order_of_the_list(configured, captures):
    script = configured("select_columns", SELECTED=["customer_age", "score", "gone"])
    assert values(check_script(script, captures(({"score": 0.7}, NESTED)))) == [[34, 0.7, None]]


def test_selected_positions_count_the_outputs_first(configured, captures, write):
    script = configured("select_columns", SELECTED=[2, 0])
    assert values(check_script(script, captures(("0.7", "34,Rome")))) == [["Rome", "0.7"]]
    assert values(check_script(script, write("train.csv", "y,age,city", "1,20,Oslo"))) == [["Oslo", "1"]]


def test_names_of_csv_columns_are_those_of_the_list(configured, captures):
    script = configured("select_columns", SELECTED=["city"], COLUMNS=["y", "age", "city"])
    assert values(check_script(script, captures(("0.7", "34,Rome")))) == [["Rome"]]


def test_a_name_is_found_beside_an_answer_without_names(configured, captures):
    script = configured("select_columns", SELECTED=[0, "age"])
    records = captures(({"predictions": [[0.7]]}, {"age": 34}), ({"predictions": [[0.1]]}, {"city": "Rome"}))
    assert values(check_script(script, records)) == [[0.7, 34], [0.1, None]]


def test_a_record_without_the_selected_position_is_left_out(configured, captures):
    report = check_script(configured("select_columns", SELECTED=[2]), captures(("1", "2,3"), ("1", "2")))
    assert (values(report), report.left_out) == ([["3"]], 1)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "SELECTED is empty"),
        ({"SELECTED": ["age"], "COLUMNS": ["y"]}, "SELECTED holds age, which COLUMNS lacks"),
        ({"SELECTED": ["age"]}, "values have no names: list them in COLUMNS"),
    ],
)
def test_settings_that_cannot_be_right_end_the_job(configured, captures, options, problem):
    report = check_script(configured("select_columns", **options), captures(("1", "2")))
    assert report.counts["the script fails"] == 1
    assert problem in str(report)


# Synthetic traffic


@pytest.mark.parametrize(
    ("attributes", "dropped"),
    [
        ("synthetic", True),
        ("client=web; Source=Load-Test", True),
        ("a,synthetic=true", True),
        ("synthetic=false", False),
        ("not-synthetic", False),
        (None, False),
    ],
)
def test_a_custom_attribute_tells_synthetic_traffic(configured, captures, attributes, dropped):
    report = check_script(configured("drop_synthetic_traffic"), captures(("1", "2"), ("0", "3", attributes)))
    assert values(report) == ([["1", "2"]] if dropped else [["1", "2"], ["0", "3"]])


def test_a_json_member_tells_synthetic_rows_and_does_not_become_a_column(configured, captures):
    script = configured("drop_synthetic_traffic", SYNTHETIC_COLUMN="test")
    body = {"instances": [{"x": 1, "test": False}, {"x": 2, "test": True}, {"x": 3, "test": 0}]}
    report = check_script(script, captures(({"predictions": [[0.1], [0.2], [0.3]]}, body)))
    assert values(report) == [[0.1, 1], [0.3, 3]]


def test_a_csv_column_tells_synthetic_rows(configured, captures, write):
    script = configured("drop_synthetic_traffic", SYNTHETIC_COLUMN="test", COLUMNS=["y", "test", "x"])
    assert values(check_script(script, captures(("1", "true,5"), ("0", "false,6")))) == [["0", "6"]]
    with_column = write("marked.csv", "y,test,x", "1,1,5", "1,0,6")
    without_column = write("clean.csv", "y,x", "1,5")
    assert values(check_script(script, with_column)) == [["1", "6"]]
    assert values(check_script(script, without_column)) == [["1", "5"]]


@pytest.mark.parametrize("columns", [[], ["y", "x"]])
def test_a_marker_that_cannot_be_found_ends_the_job(configured, captures, columns):
    script = configured("drop_synthetic_traffic", SYNTHETIC_COLUMN="test", COLUMNS=columns)
    report = check_script(script, captures(("1", "2")))
    assert report.counts["the script fails"] == 1
