"""The guides of the inputs answer the same questions, and quote error texts that the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

GUIDES = sorted((ROOT / "docs/guides").glob("input-*.md"))
HEADINGS = [
    "When it fits",
    "What AWS needs",
    "The smallest stack",
    "Labels",
    "Limits",
    "See it work in the embedded AWS",
    "What goes wrong",
]
# Without the divisions of long texts into lines.
CODE = re.sub(
    r'"\s*\n\s*f?"',
    "",
    "".join(
        file.read_text(encoding="utf-8")
        for tree in ("constructs", "lambda/data_capture")
        for file in sorted((ROOT / tree).rglob("*.py"))
    ),
)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_has_the_sections_of_all(guide: Path) -> None:
    assert re.findall(r"^## (.*)$", guide.read_text(encoding="utf-8"), re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_has_a_stack_in_python_and_in_the_file(guide: Path) -> None:
    section = guide.read_text(encoding="utf-8").partition("## The smallest stack")[2].partition("\n## ")[0]
    assert re.findall(r"^```(\w+)$", section, re.MULTILINE) == ["python", "yaml"]


def test_the_overview_links_to_every_guide() -> None:
    overview = (ROOT / "docs/guides/inputs.md").read_text(encoding="utf-8")
    assert GUIDES
    assert [guide.name for guide in GUIDES if f"]({guide.name})" not in overview] == []


def test_quoted_errors_are_in_the_code() -> None:
    rows = [line for guide in GUIDES for line in guide.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    quoted = [text for row in rows for text in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", row)]
    assert len(quoted) > 3
    assert [text for text in quoted if text not in CODE] == []
