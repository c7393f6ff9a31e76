"""Values of documents that others have written, and that may not be what they should."""

from __future__ import annotations

from typing import Any


def json_objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list, and nothing for what is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
