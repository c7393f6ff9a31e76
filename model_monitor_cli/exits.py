"""Exit codes and the errors behind them: the one place that documents them.

| code | meaning |
|---|---|
| 0 | fine |
| 1 | something is wrong with the monitoring, or monitors have found something |
| 2 | the command was used wrongly: an unknown name, a wrong option |
| 3 | nobody knows: AWS could not be asked, or refused |
| 130 | Ctrl-C |
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    FINE = 0
    TROUBLE = 1
    USAGE = 2
    UNKNOWN = 3
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot go on; the text says why and what to do.

    Attributes:
        code: Exit code of the program.
    """

    code = Exit.UNKNOWN


class UsageError(CommandError):
    """The command line asks for something that does not exist."""

    code = Exit.USAGE
