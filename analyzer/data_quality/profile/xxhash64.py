"""xxHash64 of many texts at once.

Texts of one byte length are hashed together: every step of the algorithm is then one numpy operation over all of them.

Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint64]
Positions: TypeAlias = NDArray[np.int64]

_PRIME_1 = np.uint64(0x9E3779B185EBCA87)
_PRIME_2 = np.uint64(0xC2B2AE3D27D4EB4F)
_PRIME_3 = np.uint64(0x165667B19E3779F9)
_PRIME_4 = np.uint64(0x85EBCA77C2B2AE63)
_PRIME_5 = np.uint64(0x27D4EB2F165667C5)
_STRIPE = 32
_WORD = 8
_HALF_WORD = 4


def xxhash64(texts: pl.Series, seed: int) -> Hashes:
    """Return the hash of the UTF-8 bytes of every text, in no particular order.

    Args:
        texts: String series without nulls.
        seed: Seed of the hash, 0 to 2**64 - 1.
    """
    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    joined: str = texts.str.join("").item() if len(texts) else ""
    # Eight spare bytes let the last text be read in whole words.
    reader = _Bytes(joined.encode() + bytes(_WORD))
    with np.errstate(over="ignore"):
        parts = [
            _hash_equal_lengths(reader, starts[lengths == length], int(length), np.uint64(seed))
            for length in np.flatnonzero(np.bincount(lengths))
        ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)


class _Bytes:
    """Unaligned little-endian reads at many positions."""

    def __init__(self, content: bytes) -> None:
        self._bytes = np.frombuffer(content, dtype=np.uint8)
        self._halves = np.ndarray(len(content) - _HALF_WORD + 1, dtype="<u4", buffer=content, strides=(1,))
        self._words = np.ndarray(len(content) - _WORD + 1, dtype="<u8", buffer=content, strides=(1,))

    def words(self, positions: Positions) -> Hashes:
        return self._words[positions].astype(np.uint64, copy=False)

    def halves(self, positions: Positions) -> Hashes:
        return self._halves[positions].astype(np.uint64)

    def single(self, positions: Positions) -> Hashes:
        return self._bytes[positions].astype(np.uint64)


def _hash_equal_lengths(data: _Bytes, starts: Positions, length: int, seed: np.uint64) -> Hashes:
    at = 0
    if length >= _STRIPE:
        hashes, at = _stripes(data, starts, length, seed)
    else:
        hashes = np.full(len(starts), seed + _PRIME_5)
    hashes += np.uint64(length)
    while at + _WORD <= length:
        hashes ^= _round(np.uint64(0), data.words(starts + at))
        hashes = _rotate(hashes, 27) * _PRIME_1 + _PRIME_4
        at += _WORD
    if at + _HALF_WORD <= length:
        hashes ^= data.halves(starts + at) * _PRIME_1
        hashes = _rotate(hashes, 23) * _PRIME_2 + _PRIME_3
        at += _HALF_WORD
    for position in range(at, length):
        hashes ^= data.single(starts + position) * _PRIME_5
        hashes = _rotate(hashes, 11) * _PRIME_1
    return _avalanche(hashes)


def _stripes(data: _Bytes, starts: Positions, length: int, seed: np.uint64) -> tuple[Hashes, int]:
    lanes = [
        np.full(len(starts), start) for start in (seed + _PRIME_1 + _PRIME_2, seed + _PRIME_2, seed, seed - _PRIME_1)
    ]
    end = length - length % _STRIPE
    for at in range(0, end, _STRIPE):
        lanes = [_round(lane, data.words(starts + at + _WORD * i)) for i, lane in enumerate(lanes)]
    first, second, third, fourth = lanes
    hashes = _rotate(first, 1) + _rotate(second, 7) + _rotate(third, 12) + _rotate(fourth, 18)
    for lane in lanes:
        hashes = (hashes ^ _round(np.uint64(0), lane)) * _PRIME_1 + _PRIME_4
    return hashes, end


def _round(lane: Hashes | np.uint64, words: Hashes) -> Hashes:
    return _rotate(lane + words * _PRIME_2, 31) * _PRIME_1


def _rotate(values: Hashes, bits: int) -> Hashes:
    return (values << np.uint64(bits)) | (values >> np.uint64(64 - bits))


def _avalanche(hashes: Hashes) -> Hashes:
    hashes ^= hashes >> np.uint64(33)
    hashes *= _PRIME_2
    hashes ^= hashes >> np.uint64(29)
    hashes *= _PRIME_3
    return hashes ^ (hashes >> np.uint64(32))
