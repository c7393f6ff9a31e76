"""Exact counts of texts while a column has few distinct ones."""

from collections.abc import Iterable

import polars as pl

# A column is reported with its categories when the ESTIMATED number of distinct texts is at most this: deequ's default
# for exact histograms. Real files show categories for 83 texts and none for 2520; the limit between is not published.
MAX_REPORTED_CATEGORIES = 120

# Counts are given up beyond this TRUE number of distinct texts. Far enough above the limit that no estimate of at
# most 120 can stand for a column whose counts were given up (the estimate's error there is about 3 %).
_MAX_COUNTED_CATEGORIES = 256
# Most columns with many distinct texts show it in their first rows; looking there first avoids counting all.
_PEEK_ROWS = 2_000


class CategoryCounts:
    """Mergeable counts of distinct texts; ``None`` once there were too many.

    Args:
        watched: Texts that are counted in any case, such as the categories of a baseline.
    """

    def __init__(self, watched: Iterable[str] = ()) -> None:
        self.counts: dict[str, int] | None = {}
        self.watched: dict[str, int] = dict.fromkeys(watched, 0)

    def update(self, texts: pl.Series) -> dict[str, int] | None:
        """Add texts (no nulls) and return the counts of just these, or None when they are too many to count."""
        batch = _count(texts)
        if batch is None:
            self.counts = None
            if self.watched:
                batch_watched = _counts_of(texts.filter(texts.is_in(list(self.watched))))
                self.watched = {text: n + batch_watched.get(text, 0) for text, n in self.watched.items()}
        else:
            self.watched = {text: n + batch.get(text, 0) for text, n in self.watched.items()}
            self._add(batch)
        return batch

    def merge(self, other: "CategoryCounts") -> None:
        """Add everything that ``other`` has seen. Both must watch the same texts."""
        self.watched = {text: n + other.watched[text] for text, n in self.watched.items()}
        if other.counts is None:
            self.counts = None
        else:
            self._add(other.counts)

    def copy(self) -> "CategoryCounts":
        """Return an independent copy."""
        twin = CategoryCounts()
        twin.counts = None if self.counts is None else dict(self.counts)
        twin.watched = dict(self.watched)
        return twin

    def _add(self, batch: dict[str, int]) -> None:
        if self.counts is None:
            return
        for text, count in batch.items():
            self.counts[text] = self.counts.get(text, 0) + count
        if len(self.counts) > _MAX_COUNTED_CATEGORIES:
            self.counts = None


def _count(texts: pl.Series) -> dict[str, int] | None:
    for sample in (texts.head(_PEEK_ROWS), texts):
        if sample.n_unique() > _MAX_COUNTED_CATEGORIES:
            return None
    return _counts_of(texts)


def _counts_of(texts: pl.Series) -> dict[str, int]:
    """Counts by text, in the order in which the texts first appear."""
    frame = pl.DataFrame({"text": texts}).group_by("text", maintain_order=True).len()
    return dict(zip(frame["text"].to_list(), frame["len"].to_list(), strict=True))
