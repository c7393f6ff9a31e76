"""Tells the formats of old boosters. Nothing that a pickle names is imported or called."""

import json
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

_HEADER = b"binf"
"""Begins the binary files of XGBoost 1.1 and later."""
_SERIALISED = b"CONFIG-offset:"
"""Begins the buffer in pickles of XGBoost 1.0 to 1.2; the binary model follows after 8 more bytes."""
_SERIALISED_JSON = b'{"Config"'
"""Begins the buffer in pickles of XGBoost 1.3 to 1.5: JSON of a configuration and the model."""
_OFFSET_BYTES = 8
_PARAMETERS_BYTES = 136
"""Size of the learner's parameters, with which a binary model begins; the name of its objective follows."""
_LONGEST_NAME = 64
_BOOSTERS = (b"gbtree", b"gblinear", b"dart")
_PICKLES_BEGIN = (b"\x80", b"ccopy_reg\n")
_CLASS_WITHIN = 512
"""The class stands at the beginning of a pickle."""


@dataclass(frozen=True)
class OldBooster:
    """A booster in a format that XGBoost 3.1 and later do not read.

    Args:
        description: What it is, for people.
        binary: The model, in XGBoost's binary format or in the JSON that came with it.
        is_pickled: Whether it was inside of a pickled Booster.
        attributes: Members of that Booster beside the model.
    """

    description: str
    binary: bytes
    is_pickled: bool
    attributes: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> OldBooster | None:
    """The booster in a file; None for every other file, those of newer formats included."""
    with path.open("rb") as file:
        start = file.read(_CLASS_WITHIN)
    if start.startswith(_PICKLES_BEGIN) and b"xgboost.core" in start and b"Booster" in start:
        return _pickled(path.read_bytes())
    if _is_binary(start.removeprefix(_HEADER)):
        return OldBooster("a model in XGBoost's binary format", path.read_bytes(), is_pickled=False)
    return None


def _pickled(content: bytes) -> OldBooster | None:
    try:
        state = dict(_Unpickler(BytesIO(content), encoding="latin1").load().__dict__)
        binary = _model(bytes(state.pop("handle", None) or b""))
    except Exception:  # whatever is wrong with it, it is not what is looked for
        return None
    if binary is None:
        return None
    return OldBooster("a Booster pickled by XGBoost 1.5 or older", binary, is_pickled=True, attributes=state)


def _model(buffer: bytes) -> bytes | None:
    """The model in the buffer of a pickled Booster; None for what newer releases have written."""
    if buffer.startswith(_SERIALISED_JSON):
        return json.dumps(json.loads(buffer.rstrip(b"\0"))["Model"]).encode()
    if buffer.startswith(_SERIALISED):
        buffer = buffer[len(_SERIALISED) + _OFFSET_BYTES :]
    return buffer if _is_binary(buffer.removeprefix(_HEADER)) else None


def _is_binary(content: bytes) -> bool:
    """Whether a binary model begins here: with parameters, then an objective and a booster, each with its length."""
    objective, rest = _text(content[_PARAMETERS_BYTES:])
    booster, _ = _text(rest)
    return bool(objective) and objective.isascii() and booster in _BOOSTERS


def _text(content: bytes) -> tuple[bytes, bytes]:
    """A text with its length before it, and what follows; an empty one where there is none."""
    if len(content) < _OFFSET_BYTES:
        return b"", b""
    (length,) = struct.unpack_from("<Q", content)
    if length > _LONGEST_NAME:
        return b"", b""
    end = _OFFSET_BYTES + length
    return content[_OFFSET_BYTES:end], content[end:]


class _Booster:
    """Stands for the pickled class; its members are the pickle's."""


def _remade(kind: type, *_: object) -> object:
    """What Python 2's protocols call to make an object."""
    return kind()


def _as_bytes(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes for protocols of Python 2."""
    return text.encode("latin1") if encoding == "latin1" else b""


def _scalar(kind: "np.dtype[Any]", data: bytes | str) -> Any:
    return np.frombuffer(data.encode("latin1") if isinstance(data, str) else data, kind)[0].item()


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("xgboost.core", "Booster"): _Booster,
    ("copy_reg", "_reconstructor"): _remade,
    ("copyreg", "_reconstructor"): _remade,
    ("_codecs", "encode"): _as_bytes,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "scalar"): _scalar,
    **{(module, "bytearray"): bytearray for module in ("builtins", "__builtin__")},
    **{(module, "object"): object for module in ("builtins", "__builtin__")},
}


class _Unpickler(pickle.Unpickler):
    """Know the few names of a pickled Booster, and refuse all others."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a Booster") from None
