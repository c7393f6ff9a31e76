"""Files that are there whole or not at all."""

from __future__ import annotations

import uuid
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, with its folder. If that fails, e.g. on a full disk, what was there before stays as it was.

    Raises:
        OSError: The file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{uuid.uuid4()}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
