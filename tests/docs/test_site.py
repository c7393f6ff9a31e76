"""What the site makes from the code: the list of texts is complete and up to date, and links of guides lead somewhere.

`make docs` itself, which `make lint` calls, checks links with their anchors, and builds the reference.
"""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.jobs.processing import timeout_text
from baseline.reader import Reader
from shared import failures
from site_tools.reference import public_names, reference_pages
from site_tools.templates import Kind, Text, texts_of
from site_tools.texts import PAGE, page
from tests.docs.pages import PAGES, ROOT


def test_the_list_of_texts_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: make texts"


def test_every_hint_is_listed_with_its_fix() -> None:
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    for said in ("ResourceLimitExceeded", "No space left on device", "Java heap space", "AccessDenied", "Throttling"):
        advice = failures.hint(said)
        assert advice is not None
        assert any(f"`{said}`" in row and advice[1:] in row for row in rows), said


def test_texts_that_functions_make_are_listed_word_for_word() -> None:
    with pytest.raises(BaselineError) as missing:
        Reader({}).text("Name")
    rows = [line.split(" | ")[0].removeprefix("| ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    patterns = [".+".join(map(re.escape, re.split(r"\*[^*]+\*", row.replace("\\", "")))) for row in rows if row]
    for made in (str(missing.value), timeout_text("credit-7", 52, "was stopped").partition(". ")[0]):
        assert any(re.fullmatch(pattern, made) for pattern in patterns), made


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('raise ValueError(f"{name!r} is missing; add it")', [("*name* is missing; add it", Kind.ERROR)]),
        ('log("job started", job=name)', [("job started", Kind.LOG)]),
        ('A = "one {} two"\nB = A.format("or")', [("one *value* two", Kind.OTHER), ("one or two", Kind.OTHER)]),
        ('x = "one " "two " + f"{y.name}"', [("one two *y name*", Kind.OTHER)]),
        ('"""Words of a docstring."""\nx = re.compile(r"no \\d+ text")', []),
        ('x = f"<p>Two words</p>{z}"', [("Two words", Kind.OTHER)]),
    ],
)
def test_texts_are_read_from_code(tmp_path: Path, source: str, texts: list[tuple[str, Kind]]) -> None:
    file = tmp_path / "code.py"
    file.write_text(source)
    assert list(texts_of(file)) == [Text(*text) for text in texts]


def test_the_reference_has_every_public_name() -> None:
    exported = runpy.run_path(str(ROOT / "constructs/model_monitor/__init__.py"))["__all__"]
    assert set(public_names()) == set(exported)
    text = "\n".join(reference_pages().values())
    assert {name for name in exported if not re.search(rf"^::: [\w.]+\.{name}$", text, re.MULTILINE)} == set()


def test_links_of_all_pages_lead_to_files() -> None:
    links = [
        (source, target)
        for source in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)\s#]+)", source.read_text(encoding="utf-8"))
    ]
    assert [(str(source), target) for source, target in links if not (source.parent / target).exists()] == []


def test_sources_of_the_functions_can_be_read_without_running_them() -> None:
    for file in (ROOT / "site_tools").glob("*.py"):
        imports = [
            node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert all("aws_cdk" not in ast.unparse(node) for node in imports)
