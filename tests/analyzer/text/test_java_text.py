"""Numbers and JSON as Java writes them."""

import json
import math

import pytest
from hypothesis import given, strategies as st

from analyzer.text.jackson import to_json
from analyzer.text.java_double import java_double


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (66.66666666666666, "66.66666666666666"),
        (0.001, "0.001"),
        (0.0009, "9.0E-4"),
        (9999999.0, "9999999.0"),
        (10000000.0, "1.0E7"),
        (1318537244.0, "1.318537244E9"),
        (4.972724545902011e-17, "4.972724545902011E-17"),
        (-1.5e300, "-1.5E300"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_doubles_are_written_as_double_to_string_writes_them(value, text):
    assert java_double(value) == text


@given(st.floats(allow_nan=False))
def test_a_written_double_reads_back_as_the_same_number(value):
    assert float(java_double(value)) == value


def test_documents_have_the_layout_of_jacksons_pretty_printer():
    document = {"version": 0.0, "features": [{"name": "a", "data": [[1.0, 2.0], []]}], "none": {}, "count": 3}
    assert to_json(document) == (
        "{\n"
        '  "version" : 0.0,\n'
        '  "features" : [ {\n'
        '    "name" : "a",\n'
        '    "data" : [ [ 1.0, 2.0 ], [ ] ]\n'
        "  } ],\n"
        '  "none" : { },\n'
        '  "count" : 3\n'
        "}"
    )


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_JSON)
def test_every_document_is_valid_json_with_the_same_content(document):
    assert json.loads(to_json(document)) == document


def test_numbers_that_json_lacks_are_quoted():
    assert to_json([math.nan, math.inf]) == '[ "NaN", "Infinity" ]'
