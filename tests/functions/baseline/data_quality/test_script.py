"""The generated preprocessing script, run as the analyzer runs it: imported from the file."""

import ast
import base64
import importlib.util
import json
import logging
import time
import types
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from baseline.data_quality.categories import Categories
from baseline.data_quality.script_template import category

COLUMNS = ("prediction", "age", "sex", "note")


@pytest.fixture(scope="module")
def handler(tmp_path_factory):
    """Return `preprocess_handler` of a script that converts `prediction` and `sex`."""
    return handler_of(Categories(COLUMNS, (0, 2)), tmp_path_factory.mktemp("script"))


@pytest.fixture(scope="module")
def real_handler(tmp_path_factory):
    """Return the handler for a data set of 17 columns."""
    columns = tuple(f"column_{number}" for number in range(17))
    return handler_of(Categories(columns, (0, 2)), tmp_path_factory.mktemp("script"))


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """Return the handler of the script that the baseline's job runs."""
    return handler_of(Categories(COLUMNS, (0, 2)), tmp_path_factory.mktemp("script"), strict=True)


@pytest.fixture(scope="module")
def guard(tmp_path_factory):
    """Return the handler of a script that converts nothing."""
    return handler_of(Categories(COLUMNS, ()), tmp_path_factory.mktemp("script"))


def handler_of(categories, folder, **options):
    path = folder / "preprocessor.py"
    path.write_text(categories.script(**options))
    spec = importlib.util.spec_from_file_location("preprocessor", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda record: module.preprocess_handler(record, logging.getLogger("preprocessor"))


def test_the_script_is_written_in_the_python_that_it_promises():
    ast.parse(Categories(COLUMNS, (0,)).script(), feature_version=(3, 7))


def captured(output, given, *, encoding="CSV"):
    """Return a capture record as AWS's container hands it to scripts; a part that is None was not captured."""
    parts = [
        None if data is None else types.SimpleNamespace(data=data, encoding=encoding, observedContentType="text/csv")
        for data in (output, given)
    ]
    return types.SimpleNamespace(endpoint_output=parts[0], endpoint_input=parts[1])


def values(columns):
    assert list(columns) == [f"{position:020}" for position in range(len(columns))]
    return list(columns.values())


EXPECTED = ["category 1", "42", "category f", "a, b"]


@pytest.mark.parametrize(
    "record",
    [
        '1,42,f,"a, b"',
        '1.0,42, f ,"a, b"\n',
        captured("1", '42,f,"a, b"\n'),
        captured("1e0\n", '42,f,"a, b"'),
        captured(base64.b64encode(b"1").decode(), base64.b64encode(b'42,f,"a, b"').decode(), encoding="BASE64"),
    ],
    ids=["baseline row", "other notation", "captured CSV", "captured CSV, other notation", "base64"],
)
def test_csv_rows(handler, record):
    assert values(handler(record)) == EXPECTED


@pytest.mark.parametrize(
    ("output", "given"),
    [
        ({"prediction": 1}, {"age": "42", "sex": "f", "note": "a, b"}),
        ({"prediction": 1.0}, {"note": "a, b", "sex": "f", "age": "42"}),
        ({"predictions": [1]}, {"instances": [["42", "f", "a, b"]]}),
        ([1.0], ["42", "f", "a, b"]),
        ({"predictions": [{"score": 1}]}, {"instances": [{"x": "42", "y": ["f", "a, b"]}]}),
        (1, {"inputs": [{"features": ["42", "f", "a, b"]}]}),
    ],
)
def test_json_payloads(handler, output, given):
    columns = values(handler(captured(json.dumps(output), json.dumps(given), encoding="JSON")))
    assert columns == EXPECTED


def test_base64_of_json_is_recognised(handler):
    output, given = (
        base64.b64encode(json.dumps(body).encode()).decode() for body in ([1], {"features": ["42", "f", "a, b"]})
    )
    assert values(handler(captured(output, given, encoding="BASE64"))) == EXPECTED


def test_json_lines_in_one_payload_are_rows(handler):
    rows = handler(captured('{"p": 0}\n{"p": 1}\n', '["1", "m", ""]\n["2", "f", "x"]\n', encoding="JSON"))
    assert [values(row) for row in rows] == [
        ["category 0", "1", "category m", ""],
        ["category 1", "2", "category f", "x"],
    ]


def test_several_rows_give_a_list(handler):
    rows = handler(captured("0\n1\n", "1,m,\n2,f,x\n"))
    assert [values(row) for row in rows] == [
        ["category 0", "1", "category m", ""],
        ["category 1", "2", "category f", "x"],
    ]


def test_predictions_in_one_line_are_dealt_out_to_the_rows(handler):
    rows = handler(captured("0,1", "1,m,\n2,f,x\n"))
    assert [row[f"{0:020}"] for row in rows] == ["category 0", "category 1"]


def test_a_record_without_any_data_gives_no_row(handler):
    assert handler(captured(None, None)) == []


@pytest.mark.parametrize(
    "header", ["prediction,age,sex,note\n", '"prediction","age","sex","note"', "\ufeffprediction,age,sex,note"]
)
def test_the_header_of_a_dataset_is_no_row(handler, header):
    assert handler(header) == []


def test_a_captured_row_of_names_is_a_row(handler):
    assert values(handler(captured("prediction", "age,sex,note"))) == [
        "category prediction",
        "age",
        "category sex",
        "note",
    ]


def test_a_json_object_of_a_dataset_is_ordered_by_the_names(handler):
    assert values(handler({"sex": None, "prediction": 0.50, "age": 3})) == ["category 0.5", 3, "", None]


@pytest.mark.parametrize(("row", "count"), [("1,42,f,x,surplus", 5), ("1,42", 2)])
def test_a_row_of_the_baseline_with_another_number_of_values_is_an_error(strict, row, count):
    with pytest.raises(
        ValueError, match=f"the row has {count} values; expected 4: prediction, age, sex, note; the row is"
    ):
        strict(row)


def test_an_open_quote_in_the_baseline_is_an_error(strict):
    with pytest.raises(ValueError, match="unexpected end of data"):
        strict('1,42,"f,x')


ROW = '{"age": "42", "sex": "f", "note": "x"}'
ODD = {
    "one value more": captured("1", "42,f,x,surplus"),
    "too few values": captured("1", "42"),
    "an open quote": captured("1", '42,"f,x'),
    "a part that was not captured": captured("1", None),
    "fewer rows of output": captured("0\n", "1,m,\n2,f,x\n"),
    "one member more": captured('{"prediction": 1}', ROW.replace("{", '{"x": 1, '), encoding="JSON"),
    "one member in place of another": captured('{"prediction": 1}', ROW.replace("note", "x"), encoding="JSON"),
    "an answer that no column is left for": captured("1", '{"prediction": 1, ' + ROW[1:], encoding="JSON"),
    "an empty object": captured('{"prediction": 1}', "{}", encoding="JSON"),
    "other JSON": captured("1", '{"a": 1, "b": 2}', encoding="JSON"),
    "no JSON": captured("1", '{"age": ', encoding="JSON"),
    "a key twice": captured("1", '{"age": 1, "age": 2, "sex": "f", "note": ""}', encoding="JSON"),
    "a flat name twice": captured("1", '{"age": 1, "sex": "f", "no": {"te": 1}, "no_te": 2}', encoding="JSON"),
    "no base64": captured("1", "not base64", encoding="BASE64"),
    "not UTF-8": captured("MQ==", base64.b64encode(b"\xff\xfe").decode(), encoding="BASE64"),
    "a batch row with one value more": "1,42,f,x,surplus",
    "a batch object with one member more": {"prediction": 1, "age": 2, "sex": "f", "note": "", "x": 1},
}


@pytest.mark.parametrize("kind", ODD)
def test_a_record_that_does_not_fit_is_left_out(handler, guard, kind):
    assert handler(ODD[kind]) == []
    assert guard(ODD[kind]) == []


DEEP = {
    "brackets": "[" * 600 + "]" * 600,
    "objects": '{"a":' * 900 + "1" + "}" * 900,
    "more brackets than any stack has": "[" * 200_000 + "]" * 200_000,
    "brackets in a row": '{"age": 1, "sex": "f", "note": ' + "[" * 600 + "]" * 600 + "}",
    "elements": json.dumps([0] * 500_000),
    "members": json.dumps({f"m{number}": 1 for number in range(8000)}),
    "digits": "1" * 500_000,
    "a long value": json.dumps({"age": 1, "sex": "x" * 200_000, "note": ""}),
}


@pytest.mark.parametrize("kind", DEEP)
def test_depth_width_and_length_cost_no_more_than_reading_the_text(handler, kind):
    record = captured("1", DEEP[kind], encoding="JSON")
    begin = time.process_time()
    assert handler(record) == []
    assert time.process_time() - begin < 1


def test_time_grows_with_the_length_of_a_value_and_no_faster(handler):
    begin = time.process_time()
    (sex,) = [values(handler(captured("1", f"42,{'1' * length}x,n")))[2] for length in [60_000]]
    assert sex == "category " + "1" * 60_000 + "x"
    assert time.process_time() - begin < 0.5


def test_the_log_names_the_first_record_and_every_doubling(handler, tmp_path, caplog):
    counting = handler_of(Categories(COLUMNS, ()), tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            counting(ODD["one value more"])
    assert [int(record.getMessage().split("; ")[-1].split()[0]) for record in caplog.records] == [
        1,
        2,
        4,
        8,
        16,
        32,
        64,
    ]


def test_a_member_that_json_lacks_is_a_missing_value(guard):
    assert values(guard(captured("1", '{"note": "x", "age": "42"}', encoding="JSON"))) == [1, "42", None, "x"]


def test_an_answer_in_json_to_a_request_in_csv_is_one_row(guard):
    record = captured("42,f,x", "42,f,x")
    record.endpoint_output = types.SimpleNamespace(data='{"score": 1}', encoding="JSON")
    assert values(guard(record)) == [1, "42", "f", "x"]


def test_the_real_record_of_a_published_run(real_handler):
    """Record of 2021 from https://github.com/PacktPublishing/Amazon-SageMaker-Best-Practices."""
    data = "0,2020,12,4,31,0,19.0,0.0,6.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0\n"
    columns = values(real_handler(captured("-4.902510643005371", data)))
    assert len(columns) == 17
    assert columns[:4] == ["category -4.902510643005371", "0", "category 2020", "12"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", "category 1"),
        ("1.0", "category 1"),
        ("1e0", "category 1"),
        ("+01.50", "category 1.5"),
        ("-0.0", "category 0"),
        (".5", "category 0.5"),
        ("1.", "category 1"),
        ("12345678901234567890123456789012", "category 12345678901234567890123456789012"),
        ("1e400", "category 1E+400"),
        ("10e399", "category 1E+400"),
        ("1e9999999", "category 1e9999999"),
        (True, "category true"),
        ("TRUE", "category true"),
        ("False", "category false"),
        (1, "category 1"),
        (0.1, "category 0.1"),
        ("nan", "category nan"),
        ("", ""),
        ("  ", ""),
        (None, ""),
    ],
)
def test_known_categories(value, expected):
    assert category(value) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_every_notation_of_a_number_gives_the_same_category(number):
    notations = {str(number), f"{number:f}", f"{number:E}", f"{number:f}000", f" {number:f} "}
    assert len({category(notation) for notation in notations}) == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_number_can_be_read_back(number):
    assert Decimal(category(number).removeprefix("category ")) == Decimal(repr(number))


@given(st.text())
def test_a_category_is_never_taken_for_a_number(text):
    written = category(text)
    assert written == "" or written.startswith("category ")
    assert (written == "") == (text.strip() == "")


NAMES = st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True)


@given(NAMES, st.data())
def test_the_script_says_what_it_converts_whatever_the_names(names, data):
    positions = data.draw(st.sets(st.integers(0, len(names) - 1)))
    categories = Categories(tuple(names), tuple(sorted(positions)))
    assert Categories.of_script(categories.script()) == categories
    compile(categories.script(), "preprocessor.py", "exec")
