"""The harness: what it finds, where it says it is, and how it exits."""

import json

import polars as pl
import pytest

from analyzer.job.failure import AnalysisError
from preprocessors import Severity, check_script
from preprocessors.run import main

SPLIT = """
def preprocess_handler(record):
    values = (record.endpoint_output.data + "," + record.endpoint_input.data).split(",")
    return {f"{i:020}": value for i, value in enumerate(values)}
"""


@pytest.fixture
def check(write, captures):
    """Try a script that returns an expression of n, the number that the model answered."""

    def run(expression, count=1, **options):
        script = write(
            "script.py", "def preprocess_handler(r):", "    n = int(r.endpoint_output.data)", f"    return {expression}"
        )
        return check_script(script, captures(*((str(n), "x") for n in range(1, count + 1))), **options)

    return run


def kinds(report):
    return dict(report.counts)


def test_the_rows_are_what_the_script_returned(write, captures):
    report = check_script(write("script.py", SPLIT), captures(("0.7", "1,a"), ("0.2", "2,b")))
    assert report.ok
    assert report.problems == []
    assert (report.records, report.left_out) == (2, 0)
    assert [list(row.values()) for row in report.rows] == [["0.7", "1", "a"], ["0.2", "2", "b"]]


def test_a_failure_tells_record_file_line_and_traceback(write, captures):
    script = write(
        "script.py",
        "def age(record):",
        "    return {'a': 1}[record.endpoint_output.data]",
        "def preprocess_handler(record):",
        "    return {'x': age(record)}",
    )
    records = captures(("a", "1"), ("b", "1"), ("a", "1"))
    report = check_script(script, records)
    (problem,) = report.problems
    assert (problem.record, problem.location.path, problem.location.line) == (2, records, 2)
    assert problem.detail == f"KeyError: 'b' ({script}, line 2)"
    assert problem.trace.splitlines()[0] == f'  File "{script}", line 4, in preprocess_handler'
    assert problem.trace.splitlines()[-1] == "KeyError: 'b'"
    assert len(report.rows) == 2
    assert not report.ok


def test_a_script_may_be_named_by_a_relative_path(write, captures, tmp_path, monkeypatch):
    write("script.py", "def preprocess_handler(record):", "    return 1 / 0")
    monkeypatch.chdir(tmp_path)
    (problem,) = check_script("script.py", captures(("1", "2"))).problems
    assert problem.detail == "ZeroDivisionError: division by zero (script.py, line 2)"
    assert "    return 1 / 0" in problem.trace.splitlines()


def test_record_numbers_count_over_all_files(write, tmp_path):
    line = '{"x": 1}'
    write("data/a.jsonl", line, line)
    write("data/b.jsonl", line, '{"x": 0}')
    script = write("script.py", "def preprocess_handler(row):", "    return {'x': 1 / row['x']}")
    (problem,) = check_script(script, tmp_path / "data").problems
    assert (problem.record, str(problem.location)) == (4, f"{tmp_path}/data/b.jsonl, line 2")


def test_the_script_may_end_the_interpreter(check):
    assert kinds(check("exit(3)")) == {"the script fails": 1}


def test_only_the_first_records_with_a_problem_are_told_and_all_are_counted(check):
    report = check("1 / 0", count=9)
    assert len(report.problems) == 3
    assert kinds(report) == {"the script fails": 9}
    assert "... and 6 more times: the script fails" in str(report)


@pytest.mark.parametrize("returned", ["None", "'text'", "(1, 2)", "[1]"])
def test_what_is_no_row_is_an_error(check, returned):
    report = check(returned)
    assert kinds(report) == {"the script fails": 1}
    assert "expected a dict, a list of dicts or []" in str(report)


@pytest.mark.parametrize("value", ["{'b': 1}", "[1]", "object()", "b'x'"])
def test_a_row_has_to_be_flat(check, value):
    assert kinds(check(f"{{'a': {value}}}")) == {"the value of column a is not a text, number, bool or None": 1}


def test_names_have_to_be_texts(check):
    assert kinds(check("{0: 1, 1: 2}")) == {"names of columns are not text": 1}


def test_an_empty_row_is_an_error(check):
    assert kinds(check("{}")) == {"an empty row": 1}


def test_numbers_in_names_that_are_not_padded_are_an_error(check):
    report = check("{f'c{i}': i for i in range(12)}", count=3)
    assert kinds(report) == {"numbers in the names are sorted as texts": 1}
    assert "c10 comes before c2; zero-pad the names" in str(report)


def test_another_order_than_that_of_the_names_is_a_warning(check):
    report = check("{'zip': 1, 'age': 2}")
    (problem,) = report.problems
    assert problem.severity is Severity.WARNING
    assert "it returns zip, age, the analyzer takes age, zip" in problem.detail
    assert report.ok
    assert report.columns == ["age", "zip"]


def test_columns_that_come_and_go_are_an_error(check):
    report = check("{'a': 1, 'b': 2} if n == 1 else {'a': 1, 'c': 3}", count=2)
    assert kinds(report) == {"other columns than in the first row": 1}
    assert "it lacks b and it has c too" in str(report)


def test_leaving_every_record_out_is_an_error(check):
    assert kinds(check("[]", count=2)) == {"the script leaves every record out": 1}


def test_leaving_some_out_is_fine(check):
    report = check("[] if n == 1 else {'a': n}", count=3)
    assert report.ok
    assert report.left_out == 1


@pytest.mark.parametrize("returned", ["{'a': 1, 'b': 2}", "[{'a': 1, 'b': 2}] * 2"])
def test_the_number_of_columns_has_to_be_that_of_the_baseline(check, write, returned):
    three = write("three.json", json.dumps({"features": [{"name": name} for name in ("y", "age", "city")]}))
    two = write("two.json", json.dumps({"features": [{"name": name} for name in ("y", "age")]}))
    assert "2 instead of 3" in str(check(returned, baseline=three))
    assert check(returned, baseline=two).ok


def test_a_file_that_is_no_baseline_is_refused(check, write):
    with pytest.raises(AnalysisError, match=r"is not a statistics\.json or constraints\.json"):
        check("{'a': 1}", baseline=write("baseline.json", "[1]"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def preprocess_handler(r):\n    if (x := 1): return {'a': x}", "Python 3.7 cannot read the script"),
        ("import pandas\ndef preprocess_handler(r): return {'a': 1}", "may lack an imported package: pandas"),
        ("from .helper import f\ndef preprocess_handler(r): return {'a': 1}", "may lack an imported package: .helper"),
        ("def preprocess_handler(r):\n  return {", "cannot be loaded: SyntaxError"),
        ("x = 1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("def other(r): return {}", "defines no preprocess_handler"),
    ],
)
def test_what_the_text_of_the_script_gives_away(write, captures, text, problem):
    report = check_script(write("script.py", text), captures(("1", "2")))
    assert not report.ok
    assert problem in str(report)


def test_a_broken_line_is_told_and_the_rest_is_read(write):
    records = write("data.jsonl", '{"x": 1}', "{", '{"x": 2}')
    report = check_script(write("script.py", "def preprocess_handler(r): return {'a': r['x']}"), records)
    assert [row["a"] for row in report.rows] == [1, 2]
    assert f"warning: not a record: {records}, line 2: not JSON" in str(report)


def test_every_format_is_recognised(write, captures):
    script = write("script.py", "def preprocess_handler(r): return {'a': type(r).__name__}")
    sources = {
        captures(("1", "2")): "SimpleNamespace",
        write("data.csv", "x", "1"): "str",
        write("data.json", "", '{"x": 1}'): "dict",
    }
    report = check_script(script, list(sources))
    assert [row["a"] for row in report.rows] == list(sources.values())


def test_parquet_takes_no_script(write, tmp_path):
    script = write("script.py", "def preprocess_handler(r): return {'a': 1}")
    pl.DataFrame({"x": [1]}).write_parquet(tmp_path / "data.parquet")
    with pytest.raises(AnalysisError, match="Preprocessor script not supported for format parquet"):
        check_script(script, tmp_path / "data.parquet")


def test_what_a_script_prints_is_found_in_its_source(write, captures):
    """Even where the records at hand do not lead there."""
    lines = ("import sys", "def preprocess_handler(r):", "    if not r:", "        print(r)")
    script = write("script.py", *lines, "    print(r, file=sys.stderr)", "    return {'a': 1}")
    (problem,) = check_script(script, captures(("1", "2"))).problems
    assert (problem.severity, problem.kind) == (
        Severity.ERROR,
        "the script prints, and the container takes its standard output for rows",
    )
    assert problem.detail.startswith(f"{script}, line 4; use the logger")


def test_what_a_script_writes_among_the_rows_is_found_when_it_runs(write, captures, capsys):
    script = write(
        "script.py",
        "import sys",
        "sys.stdout.write('loaded')",
        "def preprocess_handler(r):",
        "    sys.stdout.write('seen ' + r.endpoint_output.data)",
        "    return {'a': 1}",
    )
    loaded, seen = check_script(script, captures(("7", "2"))).problems
    assert {loaded.kind, seen.kind} == {"the script writes among the rows"}
    assert (loaded.detail, loaded.record) == ("'loaded' while it is loaded", None)
    assert (seen.detail, seen.record) == ("'seen 7'", 1)
    assert capsys.readouterr().out == ""


def test_csv_without_header_begins_with_data(write):
    script = write("script.py", "def preprocess_handler(r): return {'a': r}")
    data = write("data.csv", "1,2", "3,4")
    assert [row["a"] for row in check_script(script, data, header=False).rows] == ["1,2", "3,4"]


def test_the_command_prints_the_table_in_the_analyzers_order(write, captures, capsys):
    baseline = write("constraints.json", json.dumps({"features": [{"name": "score"}, {"name": "age"}]}))
    script = write("script.py", "def preprocess_handler(r): return {'1': r.endpoint_input.data, '0': 'x' * 50}")
    records = captures(*[("1", str(n)) for n in range(5)])
    assert main([str(script), str(records), "--baseline", str(baseline), "--rows", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "0                         1",
        "score                     age",
        "xxxxxxxxxxxxxxxxxxxxx...  0",
        "xxxxxxxxxxxxxxxxxxxxx...  1",
        "... and 3 more rows",
    ]
    assert lines[6] == "5 records, 0 left out, 5 rows of 2 columns"


def test_the_command_exits_with_1_when_there_are_errors(write, captures, capsys):
    script = write("script.py", "def preprocess_handler(r): return 1 / 0")
    assert main([str(script), str(captures(("1", "2")))]) == 1
    assert "error: record 1 (" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["script.py", "data.jsonl"])
def test_the_command_exits_with_2_when_there_is_nothing_to_try(write, tmp_path, capsys, missing):
    write("script.py", "def preprocess_handler(r): return {'a': 1}")
    write("data.jsonl", '{"x": 1}')
    (tmp_path / missing).unlink()
    assert main([str(tmp_path / "script.py"), str(tmp_path / "data.jsonl")]) == 2
    assert missing in capsys.readouterr().err
