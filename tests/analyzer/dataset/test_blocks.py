"""The fast CSV parser gives what Python's csv module gives, or nothing."""

import csv
from io import StringIO

import pytest
from hypothesis import given, settings, strategies as st

from analyzer.dataset.blocks import parse_plain, parse_quoted

_FIELDS = st.text(alphabet='ab1.,"\n é', max_size=5)
_TEXTS = st.text(alphabet='a1,"\n\r', max_size=30)


def as_rows(table):
    return [[value or "" for value in row] for row in table.rows()]


def with_csv(text):
    """Rows of a text with single line breaks, blank lines left out, as a well-behaved reader sees them."""
    return [row for row in csv.reader(StringIO(text, newline="")) if row]


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(_FIELDS, min_size=n, max_size=n), min_size=1, max_size=8)))
@settings(max_examples=200)
def test_well_formed_csv_is_parsed_as_written(rows):
    text = StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    block = text.getvalue().encode()
    table, size = parse_quoted(block, [f"c{i}" for i in range(len(rows[0]))])
    assert (as_rows(table), size) == (rows, len(block))


@given(_TEXTS, st.integers(1, 3))
@settings(max_examples=500)
def test_whatever_is_parsed_at_all_is_parsed_right(text, columns):
    names = [f"c{i}" for i in range(columns)]
    block = text.encode()
    plain = parse_plain(block, names) if text else None
    if plain is not None:
        assert as_rows(plain) == with_csv(text)
    quoted = parse_quoted(block, names)
    if quoted is not None:
        table, size = quoted
        assert as_rows(table) == with_csv(block[:size].decode())


def test_a_block_may_end_within_a_row():
    table, size = parse_quoted(b'1,"a\nb"\n2,"c', ["n", "s"])
    assert (table.rows(), size) == ([("1", "a\nb")], 8)


@pytest.mark.parametrize(
    "block",
    [
        b'1,"a"\n\n2,"b"\n',  # blank line
        b'1,"a"\n2\n',  # short row
        b'1,"a",3\n2\n',  # a long and a short row
        b'1,5" pipe\n',  # quote within an unquoted field
        b'1,"a"b\n',  # text after a closing quote
        b'1,"a\r\nb"\n',  # a return that is content
        b'1,"never closed\n',
        b'1,"\xff"\n',  # not UTF-8
    ],
)
def test_unusual_blocks_are_left_to_the_careful_parser(block):
    assert parse_quoted(block, ["n", "s"]) is None


@pytest.mark.parametrize(
    "block",
    [b"1\n2,3,4\n", b"1,2,3\n4\n", b"1\n2,3,", b",\n\n,,", b"1,2\n\n", b"\n1,2\n", b"1,\xff\n", b"1,2,3\n", b"1\n"],
)
def test_unusual_lines_are_left_to_the_careful_parser(block):
    assert parse_plain(block, ["a", "b"]) is None


def test_line_breaks_of_windows_are_line_breaks():
    assert parse_plain(b"1,2\r\n3,4\r\n", ["a", "b"]).rows() == [("1", "2"), ("3", "4")]
    assert parse_quoted(b'1,"2"\r\n3,4\r\n', ["a", "b"])[0].rows() == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("block", [b'a\r\n\r\n"b"\r\n', b'\n"b"\n', b'"a"\n\n"b"\n'])
def test_blank_lines_of_a_single_column_are_no_rows(block):
    assert parse_quoted(block, ["a"]) is None
    assert parse_plain(block.replace(b'"', b""), ["a"]) is None
