"""What a step is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from account_check.bench import Bench
from account_check.facts import Facts

PRICES = {"ml.m5.large": 0.115, "ml.m5.xlarge": 0.23, "ml.m5.2xlarge": 0.461, "ml.t3.medium": 0.05, "ml.t3.large": 0.10}
"""US dollars of an hour of a processing instance in us-east-1; https://aws.amazon.com/sagemaker/pricing/."""


class NotAvailableError(Exception):
    """This account, this region or the sandbox does not have what the step looks at; the message is the reason.

    Args:
        reason: The reason.
        facts: What was found nevertheless.
    """

    def __init__(self, reason: str, facts: Facts | None = None) -> None:
        super().__init__(reason)
        self.facts = facts


@dataclass(frozen=True)
class Step:
    """A step of the program.

    Attributes:
        name: What ``--only`` calls it, and its name in the contract.
        finds_out: What it answers, in a few words.
        needs: The permissions that it needs, in a few words.
        take: Does it.
        summary: What was found, in one line.
        minutes: How long it takes in a real account, about.
        instance_minutes: For how many of them a processing instance is paid.
        dollars: What else is paid, in US dollars.
        needs_schedules: Whether Model Monitor must be open to the account.
    """

    name: str
    finds_out: str
    needs: str
    take: Callable[[Bench], Facts]
    summary: Callable[[Facts], str]
    minutes: float
    instance_minutes: float = 0
    dollars: float = 0
    needs_schedules: bool = False

    def cost(self, instance_type: str) -> float | None:
        """Return what the step costs, in US dollars, about; None when the price of the instance type is not known."""
        if not self.instance_minutes:
            return self.dollars
        price = PRICES.get(instance_type)
        return None if price is None else self.dollars + price * self.instance_minutes / 60
