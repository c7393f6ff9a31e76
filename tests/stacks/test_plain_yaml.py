"""YAML that means nothing in a configuration file, or takes forever to read, is refused with its line."""

from __future__ import annotations

import pytest

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "got"),
    [
        ("a: !!int abc\n", 1, "the tag !!int"),
        ("a:\n- !!python/name:os.system x\n", 2, "the tag !!python/name:os.system"),
        ("a: " + "9" * 5000 + "\n", 1, "a number of 5000 characters"),
        ("a: 0x_\n", 1, "the text '0x_', which looks like a number"),
        ("a: " + "[" * 900 + "]" * 900 + "\n", 1, "more than 40 levels"),
        ('a: "\\ud800"\n', 1, "the text '\\ud800'"),
        ('"\\0": 1\n', 1, "the text '\\x00'"),
        ("tags: {a: '${Token[TOKEN.1]}'}\n", 1, "the text '${Token[TOKEN.1]}'"),
        ("tags: {__proto__: a}\n", 1, "the text '__proto__'"),
        (BOMB, None, "aliases (*name) that stand for more than 200,000 values"),
        (BOMB.replace("[", "[{<<: [").replace("]", "]}]"), None, "aliases (*name)"),
    ],
    ids=["tag", "python", "digits", "number", "depth", "surrogate", "nul", "token", "prototype", "aliases", "merges"],
)
def test_it_is_refused(problems_of, text, line, got):
    problem = problems_of(text)[0]
    assert problem.line == line
    assert problem.got.startswith(got)


def test_dates_are_text(problems_of):
    (problem,) = problems_of("endpoints: {churn: 2024-13-45}\n")
    assert problem.got == '"2024-13-45"'


def test_the_number_of_a_file_s_bytes_is_limited(problems_of):
    (problem,) = problems_of("a: " + "x" * 5_000_000)
    assert problem.got == "a file of 5,000,003 bytes"
