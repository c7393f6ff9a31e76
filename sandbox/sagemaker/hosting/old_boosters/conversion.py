"""From the binary format to JSON, in a process that may die of a broken model. What was converted is kept."""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sandbox.process import user
from sandbox.sagemaker.hosting.old_boosters import xgboost_release
from sandbox.sagemaker.hosting.old_boosters.formats import OldBooster
from sandbox.sagemaker.hosting.old_boosters.xgboost_release import NoLibraryError
from sandbox.sagemaker.hosting.worker import HostingError

_CONVERTER = Path(__file__).with_name("converter.py")
_CONVERT_SECONDS = 60


def to_json(name: str, old: OldBooster, log: Callable[[list[str]], None]) -> Path:
    """A booster in XGBoost's JSON format.

    Args:
        name: The file's, for messages.
        old: The booster.
        log: Told what is done.

    Returns:
        The file, which must not be changed.

    Raises:
        HostingError: The library that reads it cannot be had, or does not read it.
    """
    kept = user.cache("xgboost-models") / f"{hashlib.sha256(old.binary).hexdigest()}.json"
    if kept.is_file():
        log([f"{name} was converted before: {kept}"])
        return kept
    try:
        reader = xgboost_release.path(log)
    except NoLibraryError as error:
        raise HostingError(
            f"{name} is {old.description}, and XGBoost {xgboost_release.RELEASE}, with which the sandbox converts it, "
            f"cannot be fetched from the package index: {error}. Let the sandbox reach it once, or convert the model "
            "yourself: load it with an XGBoost release that reads it, call save_model('xgboost-model.json') with "
            "XGBoost 1.0 to 3.0, and put that file into model.tar.gz instead"
        ) from error
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        source, target = Path(folder) / "binary", Path(folder) / "model.json"
        source.write_bytes(old.binary)
        _run(name, [str(reader), str(source), str(target)])
        target.rename(kept)
    log([f"converted {name} to JSON with XGBoost {xgboost_release.RELEASE}: {kept}"])
    return kept


def _run(name: str, arguments: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", str(_CONVERTER), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_CONVERT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HostingError(f"{name} could not be converted within {_CONVERT_SECONDS} seconds") from error
    if done.returncode != 0:
        text = done.stderr.decode(errors="replace").strip() or f"the converter ended with {done.returncode}"
        raise HostingError(f"{name} could not be converted by XGBoost {xgboost_release.RELEASE}: {text}")
