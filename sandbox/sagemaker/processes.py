"""Ends the processes that stand for containers."""

import os
import signal
import subprocess
from contextlib import suppress


def end(process: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """End a process and, as the end of a container does, all that it started.

    Args:
        process: Leader of a session of its own (``start_new_session=True``); it may have ended already.
        grace_seconds: How long it may take after SIGTERM; then it is killed.
    """
    _signal_group(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace_seconds)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    # macOS answers with PermissionError where the group has nothing left but zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
