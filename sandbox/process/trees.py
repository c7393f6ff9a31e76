"""Ends processes together with all that they started."""

import contextlib
from collections.abc import Iterable

import psutil


def children_of(pid: int | None = None) -> list[psutil.Process]:
    """Every process below one.

    Args:
        pid: The process. Default: this one.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def end(processes: Iterable[psutil.Process], grace_seconds: float) -> None:
    """Ask processes to end, and kill those that still run after the grace."""
    doomed = list(processes)
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(doomed, timeout=grace_seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
