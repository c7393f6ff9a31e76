"""What of IAM was changed when, so that it can be read as it was before. Knows nothing of MiniStack.

Every service of AWS has its own copy of IAM's data, and copies are behind:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

import time
from collections.abc import Hashable
from typing import NamedTuple, TypeVar

from sandbox.process import settings

T = TypeVar("T")


class _Change(NamedTuple):
    moment: float
    before: object


_changes: dict[Hashable, list[_Change]] = {}


def record(key: Hashable, before: object) -> None:
    """Note that something changes now.

    Args:
        key: What changes.
        before: What it was; None when it is new.
    """
    _changes.setdefault(key, []).append(_Change(time.monotonic(), before))


def in_force(key: Hashable, current: T | None) -> T | None:
    """What services know of something now.

    Args:
        key: As recorded.
        current: What it is. What is deleted is known to be so at once.

    Returns:
        What it was before its first change that is too young; None when it was not there then.
    """
    if current is None:
        return None
    known_since = time.monotonic() - settings.current().iam_propagation_seconds
    for change in _changes.get(key, ()):
        if change.moment > known_since:
            return change.before  # type: ignore[return-value]  # what was recorded under the key has its type
    return current
