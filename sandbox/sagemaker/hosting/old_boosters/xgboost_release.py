"""The library of an XGBoost release that reads the binary format: fetched from PyPI once, and kept.

It stays out of the environment of the sandbox: its files lie in a folder of their own and are not imported.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from sandbox.process import user

RELEASE = "2.1.4"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_OPTIONS = ("--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes")
_FETCH_SECONDS = 120
_fetching = threading.Lock()


class NoLibraryError(Exception):
    """The library cannot be had; the message says why."""


def path(log: Callable[[list[str]], None]) -> Path:
    """Where the library is.

    Args:
        log: Told about the download, if there is one.

    Raises:
        NoLibraryError: It is not there yet, and the package index is out of reach.
    """
    folder = user.cache("xgboost") / RELEASE
    with _fetching:
        if not folder.is_dir():
            log([f"fetching the library of XGBoost {RELEASE} from the package index into {folder}, once"])
            _fetch(folder)
    found = sorted((folder / "xgboost" / "lib").glob("libxgboost.*"))
    if not found:
        raise NoLibraryError(f"{folder} holds no library: remove that folder")
    return found[0]


def _fetch(folder: Path) -> None:
    """Install the package into a new folder, and give that its name when it is complete."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        target = Path(temporary) / "package"
        try:
            subprocess.run(  # noqa: S603 - the installer of this very environment, with versions and hashes of our own
                [*_installer(), *_OPTIONS, "--target", str(target), "--requirement", str(_REQUIREMENTS)],
                env=user.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_FETCH_SECONDS,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise NoLibraryError(_last_line(error.stderr)) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoLibraryError(str(error)) from error
        target.rename(folder)


def _installer() -> list[str]:
    """Uv where there is one, since environments that it made have no pip."""
    known = user.environment()
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{known.get('PATH', '')}")
    return [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "the installer failed and printed nothing"
