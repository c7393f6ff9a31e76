"""Shows long steps while they run, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from rich.console import Console
from rich.table import Table

_NARROW = 70


@dataclass
class Steps:
    """The steps of a demonstration, numbered as they come.

    Attributes:
        console: Where they are shown.
    """

    console: Console
    _taken: list[tuple[str, float]] = field(default_factory=list)
    _deliveries: list[tuple[str, timedelta]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show a step; the block is given a function that says what is going on inside."""
        number = len(self._taken) + 1
        started = time.monotonic()
        with self.console.status(f"{number}. {title}") as status:
            if not self.console.is_terminal:
                self.console.print(f"{number}. {title} ...")

            def detail(text: str) -> None:
                status.update(f"{number}. {title} [dim]{text[-_NARROW:]}[/dim]")

            yield detail
        seconds = time.monotonic() - started
        self._taken.append((title, seconds))
        self.console.print(f"[green]✔[/green] {number}. {title} [dim]{seconds:.1f} s[/dim]", highlight=False)

    def note_delivery(self, monitor: str, took: timedelta) -> None:
        """Notes the time from the last request with a trouble to the message about it.

        Args:
            monitor: That has found it, in words.
            took: How long the machine needed.
        """
        self._deliveries.append((monitor, took))

    def print_times(self) -> None:
        """Print a table of all steps, and of how long messages took."""
        table = Table(title="How long it took", title_justify="left", box=None)
        table.add_column("step")
        table.add_column("seconds", justify="right")
        for title, seconds in self._taken:
            table.add_row(title, f"{seconds:.1f}")
        table.add_row("[bold]together[/bold]", f"[bold]{sum(seconds for _, seconds in self._taken):.1f}[/bold]")
        if self._deliveries:
            table.add_row("")
            table.add_row("from the last drifted request to the message, hour not counted")
        for monitor, took in self._deliveries:
            table.add_row(f"  {monitor}", f"{took.total_seconds():.1f}")
        self.console.print(table)
