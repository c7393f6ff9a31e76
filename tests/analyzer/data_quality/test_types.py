"""Data types of texts and columns."""

import re

import polars as pl
import pytest
from hypothesis import given, strategies as st

from analyzer.data_quality.profile.types import DataType, TypeCounts, count_types, count_types_weighted, to_numbers

_SAMPLES = {
    "integral": ["0", "-5", "+5", " 7", "- 7", "007", "123456789012345678901234567890"],
    "fractional": ["3.0", "-0.5", "+ 1.25", "1e5", "1E-3", "2.5e+10"],
    "boolean": ["true", "false"],
    "string": [
        ".5",
        "1.",
        "nan",
        "NaN",
        "inf",
        "True",
        "FALSE",
        "1,5",
        "1 000",
        "--1",
        "1e",
        "e5",
        "0x1F",
        " ",
        "1\n",
        "٣",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in _SAMPLES.items() for text in texts])
def test_texts_have_the_types_of_the_published_patterns(kind, text):
    assert count_types(pl.Series([text])) == TypeCounts(**{kind: 1})


def slow_type(text):
    if text in ("true", "false"):
        return "boolean"
    if re.fullmatch(r"[+-]? ?[0-9]+", text):
        return "integral"
    if re.fullmatch(r"[+-]? ?[0-9]+(\.[0-9]+|(\.[0-9]+)?[eE][+-]?[0-9]+)", text):
        return "fractional"
    return "string"


@given(st.lists(st.text(alphabet="0123456789+-. eEtruefals\n", min_size=1, max_size=6), min_size=1, max_size=50))
def test_counting_all_and_counting_distinct_texts_agree_with_the_description(texts):
    expected = TypeCounts(**{kind: sum(slow_type(t) == kind for t in texts) for kind in _SAMPLES})
    assert count_types(pl.Series(texts)) == expected
    assert count_types_weighted({text: texts.count(text) for text in texts}) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (TypeCounts(), DataType.UNKNOWN),
        (TypeCounts(integral=3), DataType.INTEGRAL),
        (TypeCounts(integral=3, fractional=1), DataType.FRACTIONAL),
        (TypeCounts(integral=99, string=1), DataType.STRING),
        (TypeCounts(integral=1, boolean=1), DataType.STRING),
        (TypeCounts(boolean=2), DataType.STRING),
    ],
)
def test_the_type_of_a_column_follows_from_those_of_its_values(counts, expected):
    assert counts.column_type == expected


def test_integral_satisfies_fractional_but_not_the_other_way_round():
    counts = TypeCounts(integral=1, fractional=2, boolean=4, string=8)
    assert counts.matching(DataType.INTEGRAL) == 1
    assert counts.matching(DataType.FRACTIONAL) == 3
    assert counts.matching(DataType.STRING) == 12


def test_numbers_are_read_with_spaces_signs_and_exponents():
    assert to_numbers(pl.Series(["- 7", " 7", "+1.5", "1e3", "1e999"])).to_list() == [
        -7.0,
        7.0,
        1.5,
        1000.0,
        float("inf"),
    ]
