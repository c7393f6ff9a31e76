"""What people see of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from account_check.bench import TAG
from account_check.contract import StepRecord
from account_check.step import Step

_MARKS = {"found": "[green]✔[/green]", "not available": "[yellow]-[/yellow]", "failed": "[red]✘[/red]"}
_NARROW = 70
_CENT = 0.01
"""The smallest amount that is shown."""


class Screen:
    """A terminal, or a file."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        """Show a line."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def catalogue(self, steps: Iterable[Step], instance_type: str) -> None:
        """Show every step in detail."""
        for step in steps:
            self.say(f"[bold]{step.name}[/bold]: {step.finds_out}")
            self.say(f"  about {step.minutes:g} minutes and {price(step.cost(instance_type))} US dollars")
            self.say(f"  needs {step.needs}")

    def plan(self, steps: Iterable[Step], instance_type: str) -> None:
        """Show what will be done, how long it takes and what it costs."""
        chosen = list(steps)
        table = Table(box=None, pad_edge=False)
        table.add_column("step")
        table.add_column("finds out")
        table.add_column("minutes", justify="right")
        table.add_column("US dollars", justify="right")
        for step in chosen:
            table.add_row(step.name, step.finds_out, f"{step.minutes:g}", price(step.cost(instance_type)))
        minutes = sum(step.minutes for step in chosen)
        table.add_row("together", "", f"{minutes:.0f}", total(chosen, instance_type), style="bold")
        self._console.print(table)

    @contextmanager
    def step(self, step: Step, instance_type: str) -> Iterator[Callable[[str], None]]:
        """Show that a step is being taken; the block gets a function that tells what is going on."""
        cost = price(step.cost(instance_type))
        title = f"{step.name}: {step.finds_out} [dim](about {step.minutes:g} min, {cost} US dollars)[/dim]"
        with self.working(title) as say:
            yield say

    @contextmanager
    def working(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show that something is being done; the block gets a function that tells what is going on."""
        with self._console.status(title) as status:
            if not self._console.is_terminal:
                self.say(f"{title} ...")
            yield lambda text: status.update(f"{title} [dim]{escape(text[:_NARROW])}[/dim]")

    def outcome(self, step: Step, record: StepRecord[Any]) -> None:
        """Show what came of a step."""
        if record.status == "found" and record.facts is not None:
            told = step.summary(record.facts)
        else:
            told = f"{record.status}: {record.reason}"
        seconds = f"[dim]{record.seconds:.1f} s[/dim]"
        self.say(f"{_MARKS[record.status]} [bold]{step.name}[/bold] {escape(told)} {seconds}")

    def leftovers(self, left: Iterable[str], run: str) -> None:
        """Show what is still in the account."""
        for what in left:
            self.say(f"  {escape(what)}")
        self.say(
            f"Everything has the tag {TAG}={run}: aws resourcegroupstaggingapi get-resources "
            f"--tag-filters Key={TAG},Values={run}"
        )


def price(dollars: float | None) -> str:
    """Return an amount for people."""
    if dollars is None:
        return "unknown"
    return "0" if not dollars else f"{max(dollars, _CENT):.2f}"


def total(steps: Iterable[Step], instance_type: str) -> str:
    """Return the cost of steps for people."""
    costs = [step.cost(instance_type) for step in steps]
    known = price(sum(cost for cost in costs if cost is not None))
    return known if None not in costs else f"{known} and more"
