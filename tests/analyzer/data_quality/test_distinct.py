"""Approximate distinct counts against a literal reading of their description."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from analyzer.data_quality.profile.distinct import DistinctSketch
from analyzer.data_quality.profile.hll_bias import BIAS, RAW_ESTIMATE
from analyzer.data_quality.profile.xxhash64 import xxhash64

_MASK = (1 << 64) - 1
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def _rotate(x, bits):
    return ((x << bits) | (x >> (64 - bits))) & _MASK


def _round(lane, word):
    return _rotate((lane + word * _P2) & _MASK, 31) * _P1 & _MASK


def slow_xxhash64(data, seed):
    """The specification, one text at a time."""
    at = 0
    if len(data) >= 32:
        lanes = [(seed + _P1 + _P2) & _MASK, (seed + _P2) & _MASK, seed, (seed - _P1) & _MASK]
        while at + 32 <= len(data):
            for i in range(4):
                lanes[i] = _round(lanes[i], int.from_bytes(data[at + 8 * i : at + 8 * i + 8], "little"))
            at += 32
        h = sum(_rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane in lanes:
            h = ((h ^ _round(0, lane)) * _P1 + _P4) & _MASK
    else:
        h = (seed + _P5) & _MASK
    h = (h + len(data)) & _MASK
    while at + 8 <= len(data):
        h = (_rotate(h ^ _round(0, int.from_bytes(data[at : at + 8], "little")), 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= len(data):
        h = (_rotate(h ^ (int.from_bytes(data[at : at + 4], "little") * _P1 & _MASK), 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in data[at:]:
        h = _rotate(h ^ (byte * _P5 & _MASK), 11) * _P1 & _MASK
    h = (h ^ (h >> 33)) * _P2 & _MASK
    h = (h ^ (h >> 29)) * _P3 & _MASK
    return h ^ (h >> 32)


def slow_registers(texts):
    registers = [0] * 512
    for text in texts:
        h = slow_xxhash64(text.encode(), 42)
        w = ((h << 9) & _MASK) | (1 << 8)
        registers[h >> 55] = max(registers[h >> 55], 64 - w.bit_length() + 1)
    return registers


def slow_estimate(registers):
    raw = 0.7213 / (1 + 1.079 / 512) * 512**2 / sum(2.0**-register for register in registers)
    empty = registers.count(0)
    if empty and 512 * math.log(512 / empty) <= 400:
        return math.floor(512 * math.log(512 / empty) + 0.5)
    if raw < 2560:
        nearest = sorted(range(len(RAW_ESTIMATE)), key=lambda i: (abs(RAW_ESTIMATE[i] - raw), i))[:6]
        raw -= sum(BIAS[i] for i in nearest) / 6
    return math.floor(raw + 0.5)


def sketch_of(texts):
    sketch = DistinctSketch()
    sketch.update(pl.Series(texts, dtype=pl.String))
    return sketch


@pytest.mark.parametrize(
    ("text", "seed", "expected"),
    [
        ("", 0, 0xEF46DB3751D8E999),
        ("a", 0, 0xD24EC4F1A98C6E5B),
        ("abc", 0, 0x44BC2CF5AD770999),
    ],
)
def test_published_hashes(text, seed, expected):
    """Test vectors of the xxHash project."""
    assert int(xxhash64(pl.Series([text]), seed)[0]) == expected == slow_xxhash64(text.encode(), seed)


@given(st.lists(st.text(max_size=80), max_size=40))
def test_hashes_are_those_of_the_specification(texts):
    expected = sorted(slow_xxhash64(text.encode(), 42) for text in texts)
    assert sorted(map(int, xxhash64(pl.Series(texts, dtype=pl.String), 42))) == expected


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=200))
def test_registers_and_estimate_are_those_of_the_description(texts):
    sketch = sketch_of(texts)
    assert sketch.registers.tolist() == slow_registers(texts)
    assert sketch.estimate() == slow_estimate(slow_registers(texts))


@pytest.mark.parametrize("distinct", [1, 54, 400, 800, 1500, 2400, 5000])
def test_estimates_in_every_range_of_the_algorithm(distinct):
    texts = [str(number) for number in range(distinct)]
    estimate = sketch_of(texts).estimate()
    assert estimate == slow_estimate(slow_registers(texts))
    assert abs(estimate - distinct) <= 0.15 * distinct


@given(st.permutations([str(number) for number in range(60)]), st.integers(0, 60))
def test_parts_merge_to_the_whole_in_any_order(texts, cut):
    merged = sketch_of(texts[:cut])
    merged.merge(sketch_of(texts[cut:]))
    assert np.array_equal(merged.registers, sketch_of(sorted(texts)).registers)


def test_repetition_changes_nothing():
    once, often = sketch_of(["a", "b"]), sketch_of(["a", "b"] * 500)
    assert np.array_equal(once.registers, often.registers)
    assert once.estimate() == 2
