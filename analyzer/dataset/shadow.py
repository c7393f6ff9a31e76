"""Traffic that a shadow test copied to another variant: the service's container leaves it out."""

from collections.abc import Sequence

import orjson

SHADOW = b"ShadowExperiment"
# Letters of it that numbers, the members of records and most other traffic lack: single letters are found ten times as
# fast as a word.
_RARE_LETTERS = (b"w", b"E")


def may_have_shadow_traffic(content: bytes) -> bool:
    """Return whether a file of capture records can hold shadow traffic."""
    return all(letter in content for letter in _RARE_LETTERS) and SHADOW in content


def without_shadow_traffic(lines: Sequence[bytes]) -> list[bytes]:
    """Return lines of capture records, those of shadow traffic empty, so that all others keep their numbers."""
    return [b"" if SHADOW in line and _is_shadow(line) else line for line in lines]


def _is_shadow(line: bytes) -> bool:
    try:
        return bool(orjson.loads(line)["eventMetadata"]["invocationSource"] == SHADOW.decode())
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
