"""Files that are no usable YAML, and the lines of those that are."""

from __future__ import annotations

import pytest

from stacks.document import Document
from stacks.loading import load
from stacks.problems import InvalidConfigurationError


@pytest.mark.parametrize(
    ("text", "line", "got"),
    [
        ("", None, "a file without content"),
        ("# nothing but a comment\n", None, "a file without content"),
        ("a: [1,\n", 2, "broken YAML: while parsing a flow node: expected the node content, but found '<stream end>'"),
        ("a:\n\tb: 1\n", 2, "broken YAML: while scanning for the next token: found character '\\t'"),
        ("a: 1\n b: 2\n", 2, "broken YAML: mapping values are not allowed here"),
        ("a: !Ref b\n", 1, "the tag !Ref"),
        ("a: 1\n---\nb: 2\n", 2, "broken YAML: expected a single document in the stream: but found another document"),
        ("? [1]\n: 2\n", 1, "broken YAML: while constructing a mapping: found unhashable key"),
        ("- a\n", 1, "a list of 1"),
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", 5, "the key 'c' a second time; it stands in line 3 already"),
        ("a: {b: 1, b: 1}\n", 1, "the key 'b' a second time; it stands in line 1 already"),
    ],
)
def test_a_file_that_is_no_usable_yaml_is_refused(problems_of, text, line, got):
    problem = problems_of(text)[0]
    assert problem.line == line
    assert problem.got.startswith(got)


def test_braces_of_a_text_want_quotes(problems_of):
    (problem,) = problems_of("endpoints: {{resolve:ssm:name}}\n")
    assert problem.fix == "put text in quotes that begins with a brace or a bracket"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidConfigurationError) as caught:
        load(tmp_path / "other.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/other.yaml\n"
        "  got       no such file\n"
        "  expected  a YAML file\n"
        "  fix       check the name after '-c config='\n"
        "\n"
        f"1 problem in {tmp_path}/other.yaml: no stack was synthesised"
    )


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InvalidConfigurationError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_text_that_is_not_utf8_is_refused(tmp_path):
    file = tmp_path / "fleet.yaml"
    file.write_bytes("a: Müller".encode("latin-1"))
    with pytest.raises(InvalidConfigurationError, match="not UTF-8 at position 4"):
        load(file)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("b",), 2),
        (("b", "c"), 3),
        (("b", "c", 1), 5),
        (("b", "nowhere"), 2),
        (("d", "c"), 3),
        (("d", "e"), 8),
        (("f", "c"), 11),
    ],
)
def test_every_value_knows_its_line(write, path, line):
    document = Document.read(write("a: 1\nb: &b\n  c:\n    - 1\n    - 2\nd:\n  <<: *b\n  e: 3\nf:\n  <<: *b\n  c: 4\n"))
    assert document.line(path) == line


def test_equal_keys_of_different_mappings_and_a_merged_one_are_fine(write):
    text = "x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\nv: [{a: 1}, {a: 1}]\n"
    assert Document.read(write(text)).data["z"] == {"a": 2}


def test_an_alias_of_itself_ends(problems_of):
    (problem,) = problems_of("endpoints: &a {x: *a}\n")
    assert problem.got == "aliases (*name) that stand for more than 200,000 values"
