"""Rows, labels and scores out of files and bodies."""

import polars as pl
import pytest

from analyzer.clarify.bias.groups import groups_of, is_continuous
from analyzer.clarify.reading.bodies import feature_rows, one_row_per_line, row_values, scores_of
from analyzer.clarify.reading.predictions import ResponseReader
from analyzer.dataset.payload import PayloadError, PayloadKind
from analyzer.text.values import category

CSV, JSON = PayloadKind.CSV, PayloadKind.JSON


@pytest.mark.parametrize(
    ("kind", "text", "path", "rows"),
    [
        (CSV, "1, a\n2,b\n", None, [["1", "a"], ["2", "b"]]),
        (JSON, '{"features": [1, "a"]}', "features", [[1, "a"]]),
        (JSON, '{"x": [1]}\n{"x": [2]}', "x", [[1], [2]]),
        (JSON, '{"instances": [{"x": [1]}, {"x": [2]}]}', "x", [[1], [2]]),
        (JSON, '{"instances": [{"x": [1]}, {"x": [2]}]}', "instances[*].x", [[1], [2]]),
        (JSON, '{"data": {"rows": [[1, 2], [3, 4]]}}', "data.rows", [[1, 2], [3, 4]]),
        (JSON, '{"a": 1, "b": 2}', None, [[1, 2]]),
        (JSON, "[[1, 2], [3, 4]]", None, [[1, 2], [3, 4]]),
    ],
)
def test_features_of_a_body(kind, text, path, rows):
    assert feature_rows(kind, text, path) == rows


@pytest.mark.parametrize(
    ("kind", "text", "reference", "values"),
    [
        (CSV, "1,0.5\n0,0.2", 1, ["0.5", "0.2"]),
        (CSV, "1,0.5\n0,0.2", "0", ["1", "0"]),
        (CSV, "0.5\n0.2", None, ["0.5", "0.2"]),
        (CSV, "0.5,0.2", None, [["0.5", "0.2"]]),
        (JSON, '{"label": 1}', "label", [1]),
        (JSON, '{"label": 1}\n{"label": 0}', "label", [1, 0]),
        (JSON, '{"predictions": [{"label": 1}, {"label": 0}]}', "label", [1, 0]),
        (JSON, '{"predictions": [{"label": 1}, {"label": 0}]}', "predictions[*].label", [1, 0]),
        (JSON, '{"scores": [0.1, 0.9]}', "scores", [[0.1, 0.9]]),
        (JSON, "[[0.1, 0.9], [0.2, 0.8]]", 1, [0.9, 0.8]),
        (JSON, "1", None, [1]),
    ],
)
def test_one_value_for_every_row_of_a_body(kind, text, reference, values):
    assert row_values(kind, text, reference) == values


@pytest.mark.parametrize(
    ("kind", "text", "reference", "message"),
    [
        (CSV, "1,2", 2, "there is no value at position 2: the row has 2"),
        (CSV, "1,2", "label", "'label' is a JMESPath, but the body is CSV: give a position from 0"),
        (JSON, '{"a": 1}', "b", "there is nothing at 'b'"),
        (JSON, "{", "b", "not JSON"),
    ],
)
def test_a_value_that_is_not_there_is_named(kind, text, reference, message):
    with pytest.raises(PayloadError, match=message):
        row_values(kind, text, reference)


@pytest.mark.parametrize(
    ("kind", "text", "rows", "lines"),
    [
        (CSV, "0.1,0.9\n", 2, "0.1\n0.9"),
        (CSV, "0.1,0.9", 1, "0.1,0.9"),
        (CSV, "0.1,0.9", 3, "0.1,0.9"),
        (CSV, "0,0.1\n1,0.9", 3, "0,0.1\n1,0.9"),
        (CSV, '"a,b"', 2, '"a,b"'),
        (JSON, "[0.1,0.9]", 2, "[0.1,0.9]"),
    ],
)
def test_one_line_of_answers_to_several_rows_becomes_as_many_lines(kind, text, rows, lines):
    assert one_row_per_line(kind, text, rows) == lines


@pytest.mark.parametrize(("text", "path"), [('{"x": 1}', "x"), ("3", None)])
def test_features_that_are_no_row_are_an_error(text, path):
    with pytest.raises(PayloadError):
        feature_rows(JSON, text, path)


def test_scores_are_numbers_texts_of_numbers_or_lists_of_them():
    assert scores_of("0.5") == scores_of(0.5) == [0.5]
    assert scores_of("[0.1, 0.9]") == scores_of([0.1, "0.9"]) == [0.1, 0.9]
    for wrong in ("high", None, {"a": 1}):
        with pytest.raises(PayloadError, match="no number and no list of numbers"):
            scores_of(wrong)


@pytest.mark.parametrize(
    ("reader", "text", "labels"),
    [
        (ResponseReader(label=0), "yes,0.3", ["yes"]),
        (ResponseReader(probability=1, threshold=0.3), "yes,0.3\nno,0.4\nno,0.2", [0, 1, 0]),
        (ResponseReader(label_headers=("no", "yes")), "0.6\n0.4", ["yes", "no"]),
        (ResponseReader(label_headers=("a", "b", "c")), '"[0.2, 0.5, 0.3]"', ["b"]),
        (ResponseReader(), "0.2,0.5,0.3", [1]),
    ],
)
def test_predicted_labels_are_answered_or_made_of_scores(reader, text, labels):
    assert reader.labels(CSV, text) == labels


def test_scores_are_those_of_the_probability_else_of_the_label():
    assert ResponseReader(label=0, probability=1).scores(CSV, "1,0.7") == [[0.7]]
    assert ResponseReader(label=0).scores(CSV, "3,0.7") == [[3.0]]
    assert ResponseReader().scores(CSV, "0.1,0.9") == [[0.1, 0.9]]


@pytest.mark.parametrize(
    ("values", "same"),
    [((1, 1.0, "1", " 1.0", "1e0"), "1"), ((True, "true", "True"), "true"), ((0.5, "0.50"), "0.5"), ((None, " "), "")],
)
def test_spellings_of_a_value_are_one_category(values, same):
    assert {category(value) for value in values} == {same}


@pytest.mark.parametrize(
    "values",
    [("9007199254740993", "9007199254740992"), (9007199254740993, 9007199254740992), ("1_2", "12"), ("True", "1")],
)
def test_different_labels_are_different_categories(values):
    assert len({category(value) for value in values}) == 2


@pytest.mark.parametrize(
    ("column", "continuous"),
    [
        (["0", "1"] * 3, False),
        (["0.0", "1.0"] * 300, True),
        ([str(number % 3) for number in range(61)], False),
        ([str(number % 3) for number in range(59)], True),
        ([0.5, None, 1.5], True),
        (["a", "1.5"], False),
        ([True, False], False),
        ([None, ""], False),
    ],
)
def test_fractions_and_many_whole_numbers_are_continuous(column, continuous):
    assert is_continuous(column) is continuous


def test_missing_values_belong_to_no_group():
    (group,) = groups_of([0.5, None, 3.5], [1], "x")
    assert group.members([0.5, None, 3.5, "", "4"]).tolist() == [False, False, True, False, True]
    (group,) = groups_of(["a", "b"], ["a", "c"], "x")
    assert group.members(["a", None, "b", "c"]).tolist() == [True, False, False, True]


def test_parquet_and_excluded_columns(clarify, tmp_path):
    config = {
        "dataset_type": "application/x-parquet",
        "label": "y",
        "label_values_or_threshold": ["good"],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}],
        "predicted_label": "p",
        "joinsource_name_or_index": "id",
    }
    frame = pl.DataFrame(
        {
            "id": [f"row {i}" for i in range(40)],
            "sex": ["f", "m"] * 20,
            "x": [i / 7 for i in range(40)],
            "y": ["good", "good", "bad"] * 13 + ["bad"],
            "p": ["good", "bad"] * 20,
        }
    )
    frame.write_parquet(tmp_path / "data.parquet")
    job = clarify(config, tmp_path / "data.parquet")
    assert job.code == 0, job.message
    assert job.bias("post_training", "sex")["DPPL"] == -1.0
    # Were the text column id a feature, there would be no flip test.
    assert job.bias("post_training", "sex")["FT"] is not None
