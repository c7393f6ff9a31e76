"""What the tests of the program share: a sandbox, and the program as people start it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from account_check.pace import SECRET_VARIABLE
from sandbox.process.client import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def box() -> Iterator[SandboxProcess]:
    with SandboxProcess.start() as started:
        yield started


@pytest.fixture
def contract_file(tmp_path: Path) -> Path:
    return tmp_path / "contract.json"


@pytest.fixture
def start(box: SandboxProcess, contract_file: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start the program against the sandbox."""

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "account_check", "--contract", str(contract_file), *arguments],
            cwd=ROOT,
            env=box.environment() | {SECRET_VARIABLE: box.administration_secret, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A shell's background jobs ignore Ctrl-C, and so would the program, as it should there.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )

    return begin


@pytest.fixture
def check(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., tuple[int, str]]:
    """Run the program to its end; gives its exit code and what it said."""

    def run(*arguments: str) -> tuple[int, str]:
        process = start(*arguments)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    return run
