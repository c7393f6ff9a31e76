"""Columns of text as labels, numbers and probabilities; whatever is none of these becomes null."""

from collections.abc import Callable
from typing import TypeAlias

import polars as pl

from analyzer.clarify.values import category

Parser: TypeAlias = Callable[[pl.Series], pl.Series]

_POSITIVE_SPELLINGS, _NEGATIVE_SPELLINGS = ("1", "true"), ("0", "false")


def numbers(texts: pl.Series) -> pl.Series:
    """Return finite numbers."""
    values = texts.str.strip_chars().cast(pl.Float64, strict=False)
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


def binary_labels(positive: str) -> Parser:
    """Return a parser that tells the positive label from the negative one.

    Args:
        positive: The positive label. With ``1`` the labels are 0 and 1, or false and true; with any other label,
            all others are negative.
    """

    def parse(text: str) -> bool | None:
        label = category(text)
        if positive not in _POSITIVE_SPELLINGS:
            return label == positive if label else None
        return True if label in _POSITIVE_SPELLINGS else False if label in _NEGATIVE_SPELLINGS else None

    return lambda texts: _mapped(texts, parse, pl.Boolean)


def _mapped(texts: pl.Series, parse: Callable[[str], object], kind: type[pl.DataType]) -> pl.Series:
    """Parse every distinct text once; an empty result is null."""
    distinct = texts.drop_nulls().unique()
    values = [parse(text) for text in distinct]
    parsed = pl.Series([None if value == "" else value for value in values], dtype=kind)
    return texts.replace_strict(distinct, parsed, default=None, return_dtype=kind)
