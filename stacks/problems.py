"""What is wrong with a configuration file, told to the person who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LONGEST_PART = 120
DocumentPath = tuple[str | int, ...]
"""Keys and list positions from the top of a document to one of its values."""


@dataclass(frozen=True)
class Problem:
    """One mistake.

    Attributes:
        line: Line in the file, from 1; `None` when the file could not be read.
        path: Where in the document.
        got: What is there.
        expected: What should be there.
        fix: How to fix it.
    """

    line: int | None
    path: DocumentPath
    got: str
    expected: str
    fix: str

    def describe(self, file: Path) -> str:
        """The problem as a paragraph that editors and terminals can jump from (`file:line`)."""
        place = f"{file}:{self.line}" if self.line else str(file)
        where = f": {path_text(self.path)}" if self.path else ""
        return f"{place}{where}\n  got       {self.got}\n  expected  {self.expected}\n  fix       {self.fix}"


class InvalidConfigurationError(Exception):
    """A configuration file cannot be used. All that is wrong with it is listed, in the order of the file."""

    def __init__(self, file: Path, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        paragraphs = [problem.describe(file) for problem in self.problems]
        super().__init__("\n\n".join([*paragraphs, f"{count} in {file}: no stack was synthesised"]))


def path_text(path: DocumentPath) -> str:
    """A path as people write it.

    Example:
        >>> path_text(("endpoints", "credit-risk", "notify", 0, "email"))
        'endpoints.credit-risk.notify[0].email'
    """
    text = ""
    for part in map(_shortened, path):
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _shortened(part: str | int) -> str | int:
    return f"{part[:_LONGEST_PART]}..." if isinstance(part, str) and len(part) > _LONGEST_PART else part
