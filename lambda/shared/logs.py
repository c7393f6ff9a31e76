"""Structured log lines: one JSON object a line, so that CloudWatch Logs Insights can query the fields.

Lines carry names, states and counts; never data values, properties as a whole, or signed URLs.
"""

from __future__ import annotations

import json
import time

_is_on = True


def log(message: str, **fields: object) -> None:
    """Write one line to standard output, which Lambda sends to CloudWatch Logs.

    Args:
        message: What happened, in a few words that stay the same from call to call.
        **fields: Names, states and counts; anything that JSON does not know is written as its text.

    Example:
        >>> log("job started", job="credit-1f2e3d4c")  # doctest: +SKIP
        {"time": "2026-11-21T03:00:00Z", "message": "job started", "job": "credit-1f2e3d4c"}
    """
    if not _is_on:
        return
    line = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "message": message, **fields}
    print(json.dumps(line, default=str), flush=True)  # Lambda's own logger would wrap the JSON in text


def turn_off() -> None:
    """Write no lines from now on: a program's standard output belongs to whoever uses it."""
    global _is_on  # noqa: PLW0603 - one switch for the whole process
    _is_on = False
