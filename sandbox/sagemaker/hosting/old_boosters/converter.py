"""``python converter.py <library> <binary model> <JSON file>``: three calls of XGBoost's C API, nothing else.

https://xgboost.readthedocs.io/en/release_2.1.0/dev/group__Serialization.html
"""

import ctypes
import sys
from pathlib import Path


def main(library_path: str, source: str, target: str) -> None:
    """Read a model and write it as JSON, which the file's extension asks for."""
    library = ctypes.CDLL(library_path)
    library.XGBGetLastError.restype = ctypes.c_char_p

    def check(status: int) -> None:
        if status != 0:
            sys.exit(library.XGBGetLastError().decode(errors="replace").splitlines()[0])

    model, booster = Path(source).read_bytes(), ctypes.c_void_p()
    check(library.XGBoosterCreate(None, ctypes.c_uint64(0), ctypes.byref(booster)))
    check(library.XGBoosterLoadModelFromBuffer(booster, model, ctypes.c_uint64(len(model))))
    check(library.XGBoosterSaveModel(booster, target.encode()))


if __name__ == "__main__":
    main(*sys.argv[1:])
