"""Labels by the id of their record, in some fifty bytes each.

A dict of ids and labels takes several hundred bytes a label. Here, ids are kept as hashes of 128 bits, in which no two
of all ids that were ever made are likely to agree, and labels as places in one long text, equal ones once.
"""

from array import array
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

_FIRST_EXAMPLES = 3
# Nearly all labels are one of a few. Beyond this number they are taken for measurements, which are all different.
_MOST_SHARED_LABELS = 1_000
_HASH_SIZE = 2  # numbers of 64 bits


class LabelIndex:
    """Collect labels, and then find them: the last one of an id counts, so that a label can be corrected later."""

    def __init__(self) -> None:
        self.count = 0
        self.first_ids: list[str] = []
        self._hashes = array("q")
        self._places = array("q")
        self._text = bytearray()
        self._shared: dict[bytes, int] = {}
        self._found: _Sorted | None = None

    def add(self, identifier: str, label: bytes) -> None:
        """Add a label."""
        if len(self.first_ids) < _FIRST_EXAMPLES and identifier not in self.first_ids:
            self.first_ids.append(identifier)
        self.count += 1
        self._hashes.extend(_hash_of(identifier))
        place = self._shared.get(label)
        self._places.append(self._place_of(label) if place is None else place)

    def find(self, identifiers: Sequence[str]) -> list[bytes | None]:
        """Return the labels of ids, None for those that have none."""
        index = self._sorted
        hashes = array("q", chain.from_iterable(map(_hash_of, identifiers)))
        places = index.find(np.array(hashes, dtype=np.int64).reshape(-1, _HASH_SIZE)).tolist()
        labels: dict[int, bytes | None] = {place: self._label_at(place) for place in set(places) if place >= 0}
        return [labels.get(place) for place in places]

    @property
    def ids(self) -> int:
        """Number of different ids."""
        return len(self._sorted.places)

    @property
    def ids_not_found(self) -> int:
        """Number of different ids that ``find`` was never asked for."""
        return int(np.count_nonzero(~self._sorted.was_found))

    @property
    def _sorted(self) -> "_Sorted":
        if self._found is None:
            self._found = _Sorted(self._hashes, self._places)
            self._hashes, self._places = array("q"), array("q")
        return self._found

    def _place_of(self, label: bytes) -> int:
        place = len(self._text)
        self._text += label + b"\n"
        if len(self._shared) < _MOST_SHARED_LABELS:
            self._shared[label] = place
        return place

    def _label_at(self, place: int) -> bytes:
        return bytes(self._text[place : self._text.index(b"\n", place)])


class _Sorted:
    """Hashes in ascending order, each one once, with the place of its last label."""

    def __init__(self, hashes: "array[int]", places: "array[int]") -> None:
        first, second = np.frombuffer(hashes, dtype=np.int64).reshape(-1, _HASH_SIZE).T if hashes else np.empty((2, 0))
        # Of equal hashes the last one comes last, since the order of labels is the least of the three keys.
        order = np.lexsort((np.arange(len(first)), second, first))
        first, second = first[order].astype(np.int64), second[order].astype(np.int64)
        is_last = np.append((first[1:] != first[:-1]) | (second[1:] != second[:-1]), True)[: len(first)]
        self._first, self._second = first[is_last], second[is_last]
        self.places: NDArray[np.int64] = np.array(places, dtype=np.int64)[order][is_last]
        self.was_found = np.zeros(len(self.places), dtype=bool)

    def find(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of the labels of these hashes; -1 for those that have none."""
        found = np.full(len(hashes), -1, dtype=np.int64)
        position = np.searchsorted(self._first, hashes[:, 0])
        pending = np.arange(len(hashes))
        # More than one step is taken only where the first halves of two hashes agree.
        while len(pending := pending[position[pending] < len(self._first)]):
            at = position[pending]
            pending, at = pending[same := self._first[at] == hashes[pending, 0]], at[same]
            match = self._second[at] == hashes[pending, 1]
            found[pending[match]] = self.places[at[match]]
            self.was_found[at[match]] = True
            pending = pending[~match]
            position[pending] += 1
        return found


def _hash_of(identifier: str) -> tuple[int, int]:
    # Python's own hashes have a secret key in every process: nobody can choose ids whose hashes agree.
    return hash(identifier), hash(identifier + "\0")
