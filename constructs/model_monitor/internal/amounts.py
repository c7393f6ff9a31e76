"""Durations and sizes of the CDK, made once and asked once; each time is a message to the CDK's process."""

from __future__ import annotations

from functools import cache

from aws_cdk import Duration, Size, SizeRoundingBehavior


@cache
def hours(amount: int) -> Duration:
    """Return a duration of some hours."""
    return Duration.hours(amount)


@cache
def minutes(amount: int) -> Duration:
    """Return a duration of some minutes."""
    return Duration.minutes(amount)


@cache
def seconds(amount: int) -> Duration:
    """Return a duration of some seconds."""
    return Duration.seconds(amount)


@cache
def gibibytes(amount: int) -> Size:
    """Return a size."""
    return Size.gibibytes(amount)


@cache
def mebibytes(amount: int) -> Size:
    """Return a size."""
    return Size.mebibytes(amount)


@cache
def is_late(amount: Duration | Size) -> bool:
    """Return whether an amount is only known at deployment."""
    return amount.is_unresolved()


@cache
def hours_of(duration: Duration) -> float:
    """Return a duration in hours; a token where it is only known at deployment."""
    return duration.to_hours(integral=False)


@cache
def seconds_of(duration: Duration) -> float:
    """Return a duration in seconds; a token where it is only known at deployment."""
    return duration.to_seconds(integral=False)


@cache
def gibibytes_of(size: Size) -> float:
    """Return a size in GiB; a token where it is only known at deployment."""
    return size.to_gibibytes(rounding=SizeRoundingBehavior.NONE)


@cache
def mebibytes_of(size: Size) -> int:
    """Return a size in whole MiB."""
    return int(size.to_mebibytes())


def in_words(hours: float) -> str:
    """Return what follows `every`.

    Args:
        hours: Length of a period.
    """
    return "hour" if hours == 1 else f"{hours:g} hours"
