"""Every format of data sets gives the same table."""

import json

import polars as pl
import pytest

ROWS = [("1", "0.5", "a"), ("0", "1.5", ""), ("1", "-2.5", "b")]


def summary(done):
    assert done.code == 0, done.message
    return {
        name: (
            feature["inferred_type"],
            *feature.get("numerical_statistics", feature.get("string_statistics"))["common"].values(),
        )
        for name, feature in done.statistics.items()
    }


EXPECTED = {"label": ("Integral", 3, 0), "x": ("Fractional", 3, 0), "s": ("String", 2, 1)}


def test_csv_with_header(job, table):
    path = table("a.csv", "label,x,s", *map(",".join, ROWS))
    assert summary(job(path, "csv")) == EXPECTED


@pytest.mark.parametrize("header", [True, "true"])
def test_the_header_flag_is_a_boolean_or_a_text(job, table, header):
    path = table("a.csv", "label,x,s", *map(",".join, ROWS))
    assert summary(job(path, {"csv": {"header": header}})) == EXPECTED


def test_csv_without_header_has_numbered_columns(job, table):
    path = table("a.csv", *map(",".join, ROWS))
    assert list(summary(job(path, "headerless csv"))) == ["_c0", "_c1", "_c2"]


def test_a_column_without_name_such_as_the_index_of_pandas_has_its_number(job, table):
    path = table("a.csv", ",label,x,s", *(f"{number},{','.join(row)}" for number, row in enumerate(ROWS)))
    assert summary(job(path, "csv")) == {"_c0": ("Integral", 3, 0), **EXPECTED}


def test_quotes_line_breaks_and_byte_order_marks_of_csv(job, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'\xef\xbb\xbflabel,s\r\n1,"a,\r\nb"\r\n\r\n2,"say ""hi"""\r\n3,\xc3\xa9\r\n')
    done = job(path, "csv")
    buckets = done.statistics["s"]["string_statistics"]["distribution"]["categorical"]["buckets"]
    assert [bucket["value"] for bucket in buckets] == ["a,\r\nb", 'say "hi"', "é"]
    assert summary(done)["label"] == ("Integral", 3, 0)


def test_a_last_line_without_line_break_counts(job, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n3,4")
    assert job(path, "csv").document("statistics.json")["dataset"] == {"item_count": 2}


def test_a_folder_with_several_files_is_one_table_in_path_order(job, table, tmp_path):
    table("data/part-2.csv", "a", "3")
    table("data/part-1.csv", "a", "1", "2")
    table("data/deeper/part-0.csv", "a", "0")
    table("data/_SUCCESS", "not data")
    done = job(tmp_path / "data", "csv")
    assert done.statistics["a"]["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"] == [[0, 1, 2, 3]]


def test_json_lines(job, table):
    lines = [json.dumps({"label": int(a), "x": float(b), "s": c or None}) for a, b, c in ROWS]
    path = table("a.jsonl", *lines, "")
    assert summary(job(path, {"json": {"lines": True}})) == EXPECTED
    assert summary(job(path, {"json": {"line": "true"}})) == EXPECTED


def test_nested_json_is_flattened_and_absent_members_are_missing(job, table):
    path = table("a.jsonl", '{"a": {"b": [1, 2.0]}, "c": true}', '{"a": {"b": [3]}, "d": 1e-7}')
    assert summary(job(path, "json")) == {
        "a_b_0": ("Integral", 2, 0),
        "a_b_1": ("Fractional", 1, 1),
        "c": ("String", 1, 1),
        "d": ("Fractional", 1, 1),
    }


def test_parquet(job, tmp_path):
    (tmp_path / "data").mkdir()
    frame = pl.DataFrame({"label": [1, 0, 1], "x": [0.5, 1.5, -2.5], "s": ["a", None, "b"]})
    frame.head(1).write_parquet(tmp_path / "data" / "1.parquet")
    frame.tail(2).write_parquet(tmp_path / "data" / "2.parquet")
    assert summary(job(tmp_path / "data", "parquet")) == EXPECTED


def test_nested_parquet_columns_are_named(job, tmp_path):
    pl.DataFrame({"a": [1], "list": [[1, 2]]}).write_parquet(tmp_path / "a.parquet")
    done = job(tmp_path / "a.parquet", "parquet")
    assert done.code == 1
    assert "a.parquet: list hold nested values" in done.message


def test_large_files_are_read_in_blocks(job, tmp_path):
    rows = 300_000
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n" + b"".join(b"%d,%064d\n" % (row, row) for row in range(rows)))
    done = job(path, "csv")
    figures = done.statistics["a"]["numerical_statistics"]
    assert figures["common"] == {"num_present": rows, "num_missing": 0}
    assert (figures["sum"], figures["max"]) == (rows * (rows - 1) / 2, rows - 1)
