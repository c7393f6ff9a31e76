"""What a newcomer has: a wheel of this repository, installed into an environment that was empty."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(command: list[str | Path], *, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command to its end; its whole output is in the failure."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout


def uv(*arguments: str | Path, cwd: Path) -> str:
    # uv would otherwise take the environment of the tests, or that of the shell.
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return run([Path(sys.executable).parent / "uv", *arguments], cwd=cwd, env=environment)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, as a package index would have both."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--out-dir", folder, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def constraints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The locked versions: what is tested is the package, not the latest release of everything else."""
    locked = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    file = tmp_path_factory.mktemp("constraints") / "constraints.txt"
    file.write_text("\n".join(line for line in locked if not line.startswith("-e ")), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def newcomer(wheel: Path, constraints: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the repository, with an environment into which the wheel was installed."""
    folder = tmp_path_factory.mktemp("newcomer")
    uv("venv", "--quiet", "--python", sys.executable, ".venv", cwd=folder)
    target = ["--python", folder / ".venv/bin/python", "--constraint", constraints]
    uv("pip", "install", "--quiet", *target, f"{wheel}[node,sandbox]", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def shell(newcomer: Path) -> dict[str, str]:
    """Variables of a shell in which the newcomer's environment is active, and the repository is not on any path."""
    foreign = ("VIRTUAL_ENV", "PYTHONPATH", "CDK_OUTDIR")
    inherited = {name: value for name, value in os.environ.items() if name not in foreign}
    path = [str(newcomer / ".venv/bin"), str(ROOT / "node_modules/.bin"), "/usr/local/bin", "/usr/bin", "/bin"]
    return inherited | {"PATH": os.pathsep.join(path), "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1"}
