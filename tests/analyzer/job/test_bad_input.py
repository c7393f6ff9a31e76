"""Bad input is counted and reported, or ends the job with file and line; never skipped in silence."""

import json

import pytest

GOOD = [f"{i},{i}.5" for i in range(30)]


@pytest.fixture
def monitor_captures(monitor, table, captures):
    def run(records):
        return monitor(table("train.csv", "a,b", *GOOD), captures(records), live_format="capture", statistics=False)

    return run


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"7", "wrong number of values: 1 instead of 2"),
        (b"7,8,9", "wrong number of values: 3 instead of 2"),
        (b"7,caf\xe9", "not UTF-8 text"),
        (b"7,8\r9", "not CSV: new-line character seen in unquoted field"),
    ],
)
def test_a_broken_row_ends_a_baseline_with_file_and_line(job, tmp_path, bad, problem):
    path = tmp_path / "train.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n" + bad + b"\n5,6\n")
    done = job(path, "csv")
    assert done.code == 1
    assert done.message.startswith(f"Exception performing analysis: {path}, line 4: {problem}")


def test_a_short_and_a_long_row_do_not_make_up_for_each_other(job, table):
    done = job(table("train.csv", "a,b", "1", "2,3,4"), "csv")
    assert "line 2: wrong number of values: 1 instead of 2" in done.message


def test_broken_rows_of_a_monitoring_run_are_counted_and_reported(monitor, table, tmp_path):
    live = tmp_path / "live.csv"
    live.write_bytes("\n".join(["a,b", *GOOD]).encode() + b"\n7\n7,caf\xe9\n")
    done = monitor(table("train.csv", "a,b", *GOOD), live)
    assert done.code == 0
    assert done.document("statistics.json")["dataset"]["item_count"] == 30
    assert done.document("data_issues.json") == {
        "item_count": 30,
        "broken_records": 2,
        "problems": [{"problem": "wrong number of values", "count": 1}, {"problem": "not UTF-8 text", "count": 1}],
        "examples": [
            {"file": str(live), "line": 32, "problem": "wrong number of values: 1 instead of 2"},
            {"file": str(live), "line": 33, "problem": "not UTF-8 text"},
        ],
    }


def test_a_monitoring_run_fails_when_too_much_is_broken(monitor, table):
    live = table("live.csv", "a,b", *GOOD, *["7"] * 4)
    done = monitor(table("train.csv", "a,b", *GOOD), live)
    assert done.code == 1
    assert "too much of the input is broken (limit 10%): 4 records (11.8%)" in done.message
    assert f"{live}, line 32: wrong number of values: 1 instead of 2" in done.message
    assert done.document("data_issues.json")["broken_records"] == 4


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("{not json", "not a capture record"),
        ('"text"', "not a capture record"),
        ("{}", "not a capture record: KeyError 'eventMetadata'"),
        ('{"eventMetadata": {"inferenceTime": null}, "captureData": {}}', "not a capture record"),
        ('{"eventMetadata": {"inferenceTime": "2026-01-01T10:00:00Z"}, "captureData": []}', "not a capture record"),
        ('{"eventMetadata": {"inferenceTime": "2026-01-01T10:00:00Z"}, "captureData": {}}', "holds none of"),
    ],
)
def test_lines_that_are_no_capture_records(monitor_captures, record, broken, problem):
    done = monitor_captures([record("1", "0.5")] * 9 + [broken])
    assert done.code == 0, done.message
    issues = done.document("data_issues.json")
    assert (issues["item_count"], issues["broken_records"]) == (9, 1)
    assert issues["examples"][0]["line"] == 10
    assert problem in issues["examples"][0]["problem"]


@pytest.mark.parametrize(
    ("payload", "encoding", "problem"),
    [
        (("1", "0.5,7"), "CSV", "wrong number of values: 3 instead of 2"),
        (("1", "0.5\n0.6"), "CSV", "the output has 1 rows, the input 2"),
        (("1", '"0.5'), "CSV", "not CSV"),
        (("", "0.5"), "CSV", "the output has 0 rows, the input 1"),
        (("", "\n"), "CSV", "it holds no rows"),
        (("1", "!!"), "BASE64", "not base64"),
        (("/w==", "/w=="), "BASE64", "not base64 of UTF-8 text"),
        (("1", "{"), "JSON", "not JSON"),
        (("1", "2"), "XML", "encoding is 'XML', expected CSV, JSON or BASE64"),
        (("1", 2), "CSV", "data is int, expected a string"),
    ],
)
def test_payloads_that_cannot_be_read(monitor_captures, record, payload, encoding, problem):
    done = monitor_captures([record("1", "0.5")] * 9 + [record(*payload, encoding=encoding)])
    assert done.code == 0, done.message
    issues = done.document("data_issues.json")
    assert (issues["item_count"], issues["broken_records"]) == (9, 1)
    assert problem in issues["examples"][0]["problem"]


@pytest.mark.parametrize(
    ("line", "problem"), [("{", "not JSON"), ("[1]", "not a JSON object"), ("{}", "not a JSON object")]
)
def test_lines_that_are_no_json_objects(job, table, line, problem):
    done = job(table("train.jsonl", '{"a": 1}', line), "json")
    assert done.code == 1
    assert "train.jsonl, line 2: " + problem in done.message


@pytest.mark.parametrize("kind", ["csv", "headerless csv", "json", "parquet", "capture"])
def test_an_empty_file_ends_a_baseline(job, tmp_path, kind):
    path = tmp_path / "empty"
    path.touch()
    done = job(path, kind)
    assert (done.code, done.message) == (1, f"Exception performing analysis: {path}: the file is empty")


def test_an_empty_file_among_others_is_reported_by_a_monitoring_run(monitor, table, captures, record):
    source = captures([record("1", "0.5")])
    (source / "empty.jsonl").touch()
    done = monitor(table("train.csv", "a,b", *GOOD), source, live_format="capture", statistics=False)
    assert done.code == 0
    issues = done.document("data_issues.json")
    assert issues["broken_records"] == 0
    assert issues["examples"] == [{"file": str(source / "empty.jsonl"), "line": None, "problem": "the file is empty"}]


def test_a_file_with_nothing_but_a_header(job, table):
    path = table("train.csv", "a,b")
    assert f"{path}: the file has a header but no rows" in job(path, "csv").message


def test_a_file_of_blank_lines(job, table):
    assert "nothing but blank lines" in job(table("train.csv", "", ""), "headerless csv").message


@pytest.mark.parametrize(
    ("header", "problem"),
    [('a,"b', "opens a quote"), ("a,a", "repeats 'a'"), ("_c1,", "repeats '_c1'"), ("", "is empty")],
)
def test_headers_need_distinct_names(job, table, header, problem):
    done = job(table("train.csv", header, "1,2"), "csv")
    assert f"train.csv, line 1: the header {problem}" in done.message


@pytest.mark.parametrize("kind", ["csv", "headerless csv"])
def test_lines_that_end_with_a_carriage_return_alone(job, tmp_path, kind):
    path = tmp_path / "train.csv"
    path.write_bytes(b"a,b\r1,2\r3,4\r")
    assert f"{path}, line 1: all lines end with a carriage return alone" in job(path, kind).message


def test_headers_of_all_files_must_agree(job, table, tmp_path):
    table("data/1.csv", "a,b", "1,2")
    table("data/2.csv", "a,c", "1,2")
    assert "2.csv, line 1: the header is ['a', 'c'], but that of" in job(tmp_path / "data", "csv").message


def test_a_quote_that_is_never_closed_is_named(job, table):
    done = job(table("train.csv", "a,b", "1,2", '3,"4', "5,6", "7,8"), "csv")
    assert done.message.endswith("train.csv, line 3: a quote is opened here and never closed")


def test_long_texts_are_data(job, table):
    done = job(table("train.csv", "a,b", "1," + "x" * 200_000, '2,"a""b', 'c"'), "csv")
    assert done.document("statistics.json")["dataset"]["item_count"] == 2


def test_lines_are_counted_past_quoted_line_breaks(job, table):
    done = job(table("train.csv", "a,b", '1,"x', 'y"', "", "2,3,4"), "csv")
    assert "train.csv, line 5: wrong number of values" in done.message


def test_a_file_that_is_not_parquet(job, table):
    done = job(table("train.parquet", "a,b"), "parquet")
    assert done.code == 1
    assert "train.parquet is not a Parquet file" in done.message


def test_a_source_that_does_not_exist_or_holds_nothing(job, tmp_path):
    assert "nowhere does not exist" in job(tmp_path / "nowhere", "csv").message
    assert "holds no files" in job(tmp_path, "csv").message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "expected a JSON object"),
        ("{}", "is not a constraints.json: KeyError 'features'"),
        ('{"features": [{"name": "a"}]}', "KeyError 'inferred_type'"),
        ('{"features": [{"name": "a", "inferred_type": "Number"}]}', "'Number' is not a valid DataType"),
        ('{"features": [], "monitoring_config": {"emit_metrics": true}}', "expected Enabled or Disabled"),
        ('{"features": [], "monitoring_config": {"datatype_check_threshold": "1"}}', "expected a number"),
        (
            '{"features": [], "monitoring_config": {"distribution_constraints": {"comparison_method": "KS"}}}',
            "comparison_method is 'KS', expected one of Simple, Robust",
        ),
        (
            json.dumps(
                {"features": [{"name": "a", "inferred_type": "String", "string_constraints": {"domains": [["red"]]}}]}
            ),
            "domains of feature 'a' is [['red']], expected a list of texts",
        ),
        (
            json.dumps({"features": [{"name": "a", "inferred_type": "String"}] * 2}),
            "features repeat the names a",
        ),
    ],
)
def test_constraints_that_cannot_be_understood(job, table, text, problem):
    constraints = table("constraints.json", text)
    done = job(table("a.csv", "a", "1"), "csv", baseline_constraints=constraints)
    assert done.code == 1
    assert problem in done.message
    assert "constraints.json" in done.message


def test_statistics_that_cannot_be_understood(job, table):
    statistics = table("statistics.json", '{"features": [{"inferred_type": "String"}]}')
    done = job(table("a.csv", "a", "1"), "csv", baseline_statistics=statistics)
    assert "is not a statistics.json: KeyError 'name'" in done.message


@pytest.mark.parametrize("distribution", ["null", "[]"])
def test_a_distribution_that_is_none_ends_in_no_traceback(job, table, distribution):
    feature = '{"name": "a", "inferred_type": "Integral", "numerical_statistics": {"distribution": %s}}'
    statistics = table("statistics.json", '{"features": [' + feature % distribution + "]}")
    done = job(table("a.csv", "a", "1"), "csv", baseline_statistics=statistics)
    assert "object has no attribute" not in done.message
