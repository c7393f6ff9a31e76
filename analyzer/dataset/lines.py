"""Lines of capture files, in batches: where they stand, and samples of them."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from analyzer.dataset.shadow import may_have_shadow_traffic, without_shadow_traffic
from analyzer.job.issues import Location

SAMPLED_RECORDS = 500
_PART_BYTES = 1024 * 1024

Lines: TypeAlias = list[tuple[Path, list[bytes]]]


def lines_of(path: Path) -> Iterator[list[bytes]]:
    """Yield the lines of a file in parts, so that it is not in memory twice, those of shadow traffic empty.

    A file of nothing but blanks has none.
    """
    blank: list[bytes] = []
    with path.open("rb") as file:
        while content := file.read(_PART_BYTES):
            rest = file.readline()
            lines = content.splitlines()
            if content.endswith(b"\r"):
                lines += rest.removeprefix(b"\n").splitlines()
            elif not content.endswith(b"\n"):
                lines[-1:] = (lines[-1] + rest).splitlines()
            else:
                lines += rest.splitlines()
            if content.isspace() and (content + rest).isspace():
                blank += lines
                continue
            is_suspect = may_have_shadow_traffic(content) or may_have_shadow_traffic(lines[-1])
            yield blank + (without_shadow_traffic(lines) if is_suspect else lines)
            blank = []


def sampled(places: Sequence[int]) -> list[int]:
    """Return some of these places.

    At random, since whoever knows which records are looked at could choose what is learnt; with a seed, since equal
    input gives equal results.
    """
    chosen = random.Random(len(places)).sample(places, min(len(places), SAMPLED_RECORDS))  # noqa: S311 - no secret
    return sorted(chosen)


def at(batch: Lines, places: Sequence[int]) -> Iterator[tuple[int, Location, bytes]]:
    """Yield the lines at these places, counted over all files, with where they stand; places are ascending."""
    files = iter(batch)
    path, lines = next(files)
    first = 0
    for place in places:
        while place - first >= len(lines):
            first += len(lines)
            path, lines = next(files)
        yield place, Location(path, place - first + 1), lines[place - first]
