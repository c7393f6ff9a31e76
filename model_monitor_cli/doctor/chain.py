"""The chain from endpoint to subscription, and the diagnosis of a monitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model_monitor_cli.doctor import monitoring, serving, telling
from model_monitor_cli.doctor.facts import Facts
from model_monitor_cli.doctor.finding import Finding, Link

CHAIN: tuple[Link, ...] = (
    serving.ENDPOINT,
    serving.CAPTURE,
    monitoring.BASELINE,
    monitoring.SCHEDULE,
    monitoring.EXECUTION,
    telling.METRICS,
    telling.ALARMS,
    telling.SUBSCRIPTIONS,
)


@dataclass(frozen=True)
class Verdict:
    """What became of one link.

    Attributes:
        link: Its name.
        state: `unknown` where AWS refused to answer.
        says: What is right, what is wrong, or what was refused.
        check: The check that found something.
        fix: What to do.
    """

    link: str
    state: Literal["whole", "broken", "unknown"]
    says: str
    check: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What is known of a monitor.

    Attributes:
        model: Name of the model.
        monitor: Short name of the monitor.
        verdicts: One for each link, in the order of the chain.
    """

    model: str
    monitor: str
    verdicts: tuple[Verdict, ...]

    @property
    def broken(self) -> Verdict | None:
        """The first broken link: what comes behind it may be broken because of it."""
        return next((verdict for verdict in self.verdicts if verdict.state == "broken"), None)

    @property
    def unknown(self) -> tuple[Verdict, ...]:
        """The links that nobody may look at."""
        return tuple(verdict for verdict in self.verdicts if verdict.state == "unknown")


def diagnose(facts: Facts) -> Diagnosis:
    """Judge all links of a monitor's chain."""
    verdicts = tuple(_verdict(link, facts) for link in CHAIN)
    return Diagnosis(facts.monitor.model, facts.monitor.name, verdicts)


def _verdict(link: Link, facts: Facts) -> Verdict:
    for check in link.checks:
        finding: Finding | None = check.look(facts)
        if finding:
            return Verdict(link.name, "broken", finding.says, check.name, finding.fix)
    refused = facts.refused.get(link.name)
    if refused:
        return Verdict(link.name, "unknown", refused, fix="Ask for this permission, or let somebody look who has it.")
    return Verdict(link.name, "whole", link.whole(facts))
