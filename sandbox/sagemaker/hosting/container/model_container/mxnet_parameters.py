"""Reads the arrays that MXNet saves, without MXNet.

A file is a list: a magic number, the arrays, then their names. Numbers are little-endian.
https://github.com/apache/mxnet/blob/v1.3.x/src/ndarray/ndarray.cc (NDArray::Save, NDArray::Load)
"""

import struct
from io import BytesIO
from math import prod
from typing import Any

_LIST = 0x112
_DENSE_ONLY, _WITH_STORAGE = 0xF993FAC8, 0xF993FAC9
"""Versions of an array: since MXNet 0.12, a storage type follows, which is 0 for dense arrays."""
_TYPES = {0: "<f4", 1: "<f8", 2: "<f2", 3: "u1", 4: "<i4", 5: "i1", 6: "<i8"}
_KINDS = ("arg:", "aux:")


def read(content: bytes) -> dict[str, Any]:
    """Arrays by name; the kind that checkpoints put before a name is left out.

    Raises:
        ValueError: This is not such a file, or an array is sparse.
    """
    stream = BytesIO(content)
    magic, _, count = _numbers(stream, "<QQQ")
    if magic != _LIST:
        raise ValueError(f"not a list of MXNet's arrays: it begins with {magic:#x} instead of {_LIST:#x}")
    arrays = [_array(stream) for _ in range(count)]
    (named,) = _numbers(stream, "<Q")
    names = [_take(stream, _numbers(stream, "<Q")[0]).decode() for _ in range(named)]
    return {_without_kind(name): array for name, array in zip(names, arrays, strict=True)}


def _array(stream: BytesIO) -> Any:
    import numpy as np  # noqa: PLC0415 - few endpoints need it

    (version,) = _numbers(stream, "<I")
    if version not in (_DENSE_ONLY, _WITH_STORAGE):
        raise ValueError(f"an array of MXNet has version {version:#x}, expected {_WITH_STORAGE:#x}")
    if version == _WITH_STORAGE and _numbers(stream, "<i") != (0,):
        raise ValueError("an array of MXNet is sparse, expected a dense one")
    (dimensions,) = _numbers(stream, "<I")
    shape = _numbers(stream, f"<{dimensions}q")
    _device_type, _device, kind = _numbers(stream, "<iii")
    if kind not in _TYPES:
        raise ValueError(f"an array of MXNet has elements of type {kind}, expected one of {sorted(_TYPES)}")
    element = np.dtype(_TYPES[kind])
    return np.frombuffer(_take(stream, prod(shape) * element.itemsize), element).reshape(shape)


def _numbers(stream: BytesIO, layout: str) -> tuple[Any, ...]:
    return struct.unpack(layout, _take(stream, struct.calcsize(layout)))


def _take(stream: BytesIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise ValueError("the file of MXNet's arrays is cut off")
    return content


def _without_kind(name: str) -> str:
    return name[4:] if name.startswith(_KINDS) else name
