"""A Chromium for tests: the one that package.json pins on Linux (x86-64), elsewhere one that is installed.

The npm package `@sparticuz/chromium` carries the browser itself, so that nothing is downloaded beside npm's packages.
It unpacks it (200 MB) into the folder for temporary files, which here is one below node_modules.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_UNPACKED = ROOT / "node_modules" / ".cache" / "chromium"
_UNPACK = 'import("@sparticuz/chromium").then((it) => it.default.executablePath()).then((path) => console.log(path));'
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ON_MACOS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_OF_SERVERS = ["--no-zygote", "--in-process-gpu", "--use-gl=angle", "--use-angle=swiftshader"]


@dataclass(frozen=True)
class Chromium:
    """How the browser is started."""

    path: str
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium | None:
    """Return the browser, or None where there is no pinned one for this kind of machine and none is installed."""
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        return _pinned()
    installed = [found for name in _NAMES if (found := shutil.which(name))]
    installed += [str(path) for path in _ON_MACOS if path.exists()]
    return Chromium(installed[0]) if installed else None


def _pinned() -> Chromium:
    _UNPACKED.mkdir(parents=True, exist_ok=True)
    # Its second variable makes it unpack the libraries that bare machines lack, too.
    told = {"TMPDIR": str(_UNPACKED), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
    done = subprocess.run(
        ["node", "-e", _UNPACK], cwd=ROOT, env={**os.environ, **told}, check=True, capture_output=True, text=True
    )
    environment = {**os.environ, "FONTCONFIG_PATH": str(_UNPACKED / "fonts")}
    if find_library("nss3") is None:
        environment["LD_LIBRARY_PATH"] = str(_UNPACKED / "al2023" / "lib")
    # As root, which containers usually run tests as, Chromium refuses to start in its sandbox.
    return Chromium(done.stdout.strip(), ["--no-sandbox", *_OF_SERVERS], environment)
