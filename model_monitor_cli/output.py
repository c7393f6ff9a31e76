"""What commands write: for people with Rich, for programs as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeRemainingColumn
from rich.text import Text

_WIDTH_OF_FILES = 120
"""Columns where nobody looks at a terminal."""


def console(*, stderr: bool = False) -> Console:
    """Return a console for the terminal, or for the file that takes its place."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=_WIDTH_OF_FILES)


def complain(text: str) -> None:
    """Write an error to standard error."""
    console(stderr=True).print(f"[bold red]model-monitor:[/bold red] {escape(text)}", soft_wrap=True)


class Output:
    """Where a command writes its result; with `as_json` only `document` writes anything to standard output."""

    def __init__(self, *, as_json: bool = False, on: Console | None = None) -> None:
        """Write nothing yet.

        Args:
            as_json: Whether a program reads it.
            on: The console. Default: standard output.
        """
        self.as_json = as_json
        self._console = on or console()

    def document(self, document: object) -> None:
        """Write the result for programs, if one asked for it."""
        if self.as_json:
            text = json.dumps(plain(document), indent=2, ensure_ascii=False)
            self._console.file.write(f"{text}\n")

    def say(self, text: str = "", *, style: str | None = None) -> None:
        """Write a line for people, which is wrapped between words; marks of Rich in it have no meaning."""
        if not self.as_json:
            self._console.print(text, style=style, markup=False)

    def show(self, what: RenderableType) -> None:
        """Write a table or another thing of Rich for people."""
        if not self.as_json:
            self._console.print(what)

    def line(self, text: str | Text) -> None:
        """Write a line that is not wrapped: it has a location or a command, which people copy."""
        if not self.as_json:
            self._console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def working(self, title: str) -> Iterator[Progress]:
        """Show that something takes its time; the block is given what changes the text."""
        progress = Progress(title)
        if self.as_json or not self._console.is_terminal:
            yield progress
            return
        with self._console.status(escape(title)) as status:
            progress.follow(lambda text: status.update(escape(text)))
            yield progress

    @contextmanager
    def counting(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar while things are done one by one; the block is given what is told how many are done."""
        if self.as_json or not self._console.is_terminal:
            yield lambda _: None
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)


class Progress:
    """The text that is shown while something takes its time."""

    def __init__(self, title: str) -> None:
        """Show nothing yet.

        Args:
            title: What takes its time.
        """
        self.title = title
        self.told: list[str] = []
        self._show: Callable[[str], None] | None = None

    def follow(self, show: Callable[[str], None]) -> None:
        """Have a function called with every new text."""
        self._show = show

    def tell(self, detail: str) -> None:
        """Say what is going on now."""
        if not self.told or self.told[-1] != detail:
            self.told.append(detail)
        if self._show:
            self._show(f"{self.title}: {detail}")


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON has it: times in UTC, fields of dataclasses as keys."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    elif isinstance(value, Enum):
        value = value.value
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if value is None or isinstance(value, bool | int | float):
        return None if isinstance(value, float) and not math.isfinite(value) else value  # JSON has no word for it
    return str(value)
