"""Looks for files that options name."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Return whether there is such a file, also for names that no file system takes.

    Args:
        path: The path.
    """
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds what names cannot hold
        return False
