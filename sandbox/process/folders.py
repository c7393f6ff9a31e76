"""Temporary folders that know whose they are, so that those of killed processes can be removed."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import psutil

_PREFIX = "sandbox-"
_OWNER = ".sandbox-owner"


def make(kind: str = "") -> Path:
    """Make a temporary folder of this process; whoever makes it removes it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}"))
    owner = {"pid": os.getpid(), "created": psutil.Process().create_time()}
    (folder / _OWNER).write_text(json.dumps(owner), encoding="utf-8")
    return folder


def remove_stale() -> None:
    """Remove the folders whose process is gone: it was killed before it could do so."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        if _is_gone(owner):
            shutil.rmtree(owner.parent, ignore_errors=True)


def _is_gone(owner: Path) -> bool:
    try:
        known = json.loads(owner.read_text(encoding="utf-8"))
        # Process ids come round again; with another start it is another process.
        return bool(abs(psutil.Process(known["pid"]).create_time() - known["created"]) > 1)
    except psutil.NoSuchProcess:
        return True
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        # Somebody else's, or just being written.
        return False
