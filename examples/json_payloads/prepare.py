"""Writes the files that the app deploys. Their bytes change only with what is in them, so `cdk diff` shows nothing."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).parent
_BUILD = _HERE / "build"
_SERVING_CODE = _HERE / "model" / "inference.py"
_FLATTEN = _HERE.parents[1] / "preprocessors" / "scripts" / "flatten_json_lines.py"


def flattening_script(columns: Sequence[str]) -> Path:
    """`flatten_json_lines.py` with the settings of the app. In a repository of your own, edit them in a copy of it.

    Try it before AWS does: `python -m preprocessors.run examples/json_payloads/build/flatten.py <captured records>`.
    """
    text = _FLATTEN.read_text(encoding="utf-8")
    for setting, value in {"COLUMNS": list(columns), "NAMED": True}.items():
        text = re.sub(rf"^({setting}: .*) = .*$", rf"\g<1> = {value!r}", text, flags=re.M)
    return _written("flatten.py", text.encode())


def model_archive() -> Path:
    """`model.tar.gz` with `code/inference.py`."""
    code, tarred = _SERVING_CODE.read_bytes(), io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(code)
        archive.addfile(member, io.BytesIO(code))
    return _written("model.tar.gz", gzip.compress(tarred.getvalue(), mtime=0))


def _written(name: str, content: bytes) -> Path:
    _BUILD.mkdir(exist_ok=True)
    path = _BUILD / name
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
    return path
