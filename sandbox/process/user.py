"""What the sandbox keeps of its user: the environment that reaches a package index, and the folder for downloads.

Nothing of it gets into the sandbox's own environment, which functions and containers inherit.
"""

import os
from pathlib import Path

_FOLDER = "sagemaker-model-monitor-cdk"
_PRIVATE = 0o700

_environment: dict[str, str] = {}


def remember() -> None:
    """Keep the environment as it is; called before it is replaced."""
    _environment.update(os.environ)


def environment() -> dict[str, str]:
    """The environment in which the user started the sandbox."""
    return dict(_environment or os.environ)


def cache(name: str) -> Path:
    """A folder for what is worth keeping from one sandbox to the next; nobody else can read or write it."""
    known = environment()
    root = Path(known.get("XDG_CACHE_HOME") or Path(known.get("HOME") or Path.home(), ".cache"))
    folder = root / _FOLDER / name
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    for made in (folder.parent, folder):
        made.chmod(_PRIVATE)
    return folder
