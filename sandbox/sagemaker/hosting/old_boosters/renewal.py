"""Writes a converted booster over the old one, in the way that the installed XGBoost would have written it."""

import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox.process import user
from sandbox.sagemaker.hosting.old_boosters.formats import OldBooster
from sandbox.sagemaker.hosting.worker import HostingError

_RENEWER = Path(__file__).with_name("renewer.py")
_RENEW_SECONDS = 60
_DISTRIBUTIONS = ("xgboost", "xgboost-cpu")
_KEPT = ("best_iteration", "feature_names", "feature_types")


def installed_version() -> str:
    """Release of the XGBoost that models are served with."""
    for name in _DISTRIBUTIONS:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "of this environment"


def write(path: Path, old: OldBooster, converted: Path) -> None:
    """Replace a file. What was written once for a model and a release of XGBoost is kept.

    Args:
        path: The old booster's file.
        old: What was in it.
        converted: The same booster in JSON.

    Raises:
        HostingError: The installed XGBoost does not read it.
    """
    attributes = json.dumps({name: old.attributes[name] for name in _KEPT if old.attributes.get(name) is not None})
    kind = "pickle" if old.is_pickled else "model"
    parts = (old.binary, attributes.encode(), kind.encode(), installed_version().encode())
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    kept = user.cache("xgboost-models") / f"{digest}.{kind}"
    if not kept.is_file():
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            written = Path(folder) / "model"
            _run(path.name, [str(converted), str(written), attributes, kind])
            written.rename(kept)
    shutil.copyfile(kept, path)


def _run(name: str, arguments: list[str]) -> None:
    try:
        subprocess.run(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", str(_RENEWER), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_RENEW_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines() or ["without a word"]
        raise HostingError(f"XGBoost {installed_version()} does not read {name}: {lines[-1]}") from error
    except subprocess.TimeoutExpired as error:
        raise HostingError(f"{name} could not be written within {_RENEW_SECONDS} seconds") from error
