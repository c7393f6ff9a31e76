"""Columns of text as labels, numbers and probabilities; whatever is none of these becomes null."""

from collections.abc import Callable
from typing import TypeAlias

import polars as pl

from analyzer.text.values import category

Parser: TypeAlias = Callable[[pl.Series], pl.Series]

_POSITIVE_SPELLINGS, _NEGATIVE_SPELLINGS = ("1", "true"), ("0", "false")


def numbers(texts: pl.Series) -> pl.Series:
    """Return finite numbers."""
    # Polars does not take the sign of +1.5 for one.
    values = texts.str.strip_chars().str.replace(r"^\+([\d.])", "${1}").cast(pl.Float64, strict=False)
    return pl.select(pl.when(values.is_finite()).then(values)).to_series()


def probabilities(texts: pl.Series) -> pl.Series:
    """Return numbers from 0 to 1."""
    values = numbers(texts)
    return pl.select(pl.when(values.is_between(0, 1)).then(values)).to_series()


def labels(texts: pl.Series) -> pl.Series:
    """Return labels in one spelling: ``1``, ``1.0`` and ``1e0`` are the same label, so are ``True`` and ``true``.

    The service compares what it happens to have parsed, so that ``1`` and ``1.0`` may never be equal.
    """
    return _mapped(texts, category, pl.String)


class BinaryLabels:
    """A parser that tells the positive label from the negative one.

    With ``1`` as the positive label the negative one is 0, and true and false mean the same. With any other positive
    label the first other one that appears is the negative label, and all further ones are none.

    Args:
        positive: The positive label, as ``labels`` spells it.
    """

    def __init__(self, positive: str) -> None:
        self.is_default = positive in _POSITIVE_SPELLINGS
        self._meanings = {positive: True}
        if self.is_default:
            self._meanings |= dict.fromkeys(_POSITIVE_SPELLINGS, True) | dict.fromkeys(_NEGATIVE_SPELLINGS, False)

    def __call__(self, texts: pl.Series) -> pl.Series:
        """Return whether labels are positive."""
        return _mapped(texts, self._parse, pl.Boolean)

    def _parse(self, text: str) -> bool | None:
        label = category(text)
        if label and len(self._meanings) == 1:
            self._meanings |= {} if label in self._meanings else {label: False}
        return self._meanings.get(label)


def _mapped(texts: pl.Series, parse: Callable[[str], object], kind: type[pl.DataType]) -> pl.Series:
    """Parse every distinct text once; an empty result is null."""
    distinct = texts.drop_nulls().unique(maintain_order=True)
    values = [parse(text) for text in distinct]
    parsed = pl.Series([None if value == "" else value for value in values], dtype=kind)
    return texts.replace_strict(distinct, parsed, default=None, return_dtype=kind)
