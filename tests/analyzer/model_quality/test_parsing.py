"""Texts as numbers, probabilities and labels."""

import polars as pl
import pytest
from hypothesis import given, strategies as st

from analyzer.model_quality.parsing import BinaryLabels, labels, numbers, probabilities


def parsed(parse, *texts):
    return parse(pl.Series(texts, dtype=pl.String)).to_list()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        (" 1.5\n", 1.5),
        ("+2", 2.0),
        ("-.5", -0.5),
        ("1e-3", 0.001),
        ("1.5E3", 1500.0),
        ("1,5", None),
        ("1_000", None),
        ("0x10", None),
        ("+-1", None),
        ("nan", None),
        ("inf", None),
        ("-Infinity", None),
        ("true", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_finite_and_decimal(text, number):
    assert parsed(numbers, text) == [number]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_is_read_as_itself(number):
    assert parsed(numbers, repr(number)) == [number]


def test_a_probability_is_from_0_to_1():
    assert parsed(probabilities, "0", "1.0", "0.5", "-0.001", "1.001", "a") == [0.0, 1.0, 0.5, None, None, None]


def test_labels_have_one_spelling():
    assert parsed(labels, "1.0", " 1", "TRUE", "cat ", " ", None) == ["1", "1", "true", "cat", None, None]


def test_binary_labels_are_0_and_1_or_false_and_true():
    texts = ("1", "0.0", "True", "false", "2", "-1", "yes", "", None)
    assert parsed(BinaryLabels("1"), *texts) == [True, False, True, False, None, None, None, None, None]


def test_the_first_other_label_is_the_negative_one():
    parse = BinaryLabels("good")
    assert parsed(parse, "good", "bad", "ugly", "good ") == [True, False, None, True]
    assert parsed(parse, "ugly", "bad") == [None, False], "in every further batch, too"


@pytest.mark.parametrize("parse", [numbers, probabilities, labels, BinaryLabels("1"), BinaryLabels("good")])
def test_a_column_without_values_has_none(parse):
    assert parsed(parse, None, None) == [None, None]
