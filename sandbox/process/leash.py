"""Runs a command that does not outlive those who wanted it: arguments are the sandbox's process id and the command.

The command and all that it started end when standard input ends, which is when the program that holds its other end
dies, however it dies; and when the sandbox is gone.
"""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

import psutil

from sandbox.process import trees

_POLL_SECONDS = 0.2
_GRACE_SECONDS = 2
_ENDED = 1


def main(arguments: list[str]) -> int:
    """Run the command.

    Returns:
        Its exit code; 1 when it was ended.
    """
    sandbox, command = int(arguments[0]), arguments[1:]
    unwanted = threading.Event()

    def give_up(_number: int, _frame: FrameType | None) -> None:
        unwanted.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, give_up)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - what the caller wants to run
    threading.Thread(target=_set_at_end, args=(unwanted,), daemon=True).start()
    while child.poll() is None:
        if unwanted.wait(_POLL_SECONDS) or not psutil.pid_exists(sandbox):
            trees.end([*trees.children_of(child.pid), psutil.Process(child.pid)], _GRACE_SECONDS)
            child.wait()
            return _ENDED
    return child.returncode


def _set_at_end(unwanted: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    unwanted.set()
