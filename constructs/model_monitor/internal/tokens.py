"""Recognises the CDK's stand-ins for values that are known later, without asking the CDK's own process each time."""

from __future__ import annotations

# How the CDK writes them: https://docs.aws.amazon.com/cdk/v2/guide/tokens.html
TEXT_MARKER = "${Token["
LIST_MARKER = "#{Token["
_LARGEST_NUMBER = -1e288


def is_token(value: object) -> bool:
    """Return whether a value is, or contains, one that is known later.

    Args:
        value: What an option was given.
    """
    if isinstance(value, str):
        return TEXT_MARKER in value or LIST_MARKER in value
    if isinstance(value, int | float):
        return value < _LARGEST_NUMBER and value != float("-inf")
    if isinstance(value, list):
        return any(is_token(item) for item in value)
    return hasattr(type(value), "creation_stack") and hasattr(type(value), "resolve")
