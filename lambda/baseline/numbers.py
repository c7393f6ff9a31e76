"""Numbers as CloudFormation takes them."""

from __future__ import annotations

from decimal import Decimal


def decimal(number: float) -> str:
    """Write a number without an exponent, which CloudFormation does not take for a threshold."""
    return format(Decimal(repr(number)), "f")
