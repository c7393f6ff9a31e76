"""`make sdk-check`: runs the tests of this folder, with the SDK's own Python, against a sandbox of their own.

python -m tests.sdk.check build/sdk/bin/python [arguments for pytest]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox.process.client import SandboxProcess

_HERE = Path(__file__).resolve().parent


def main(python: str, *arguments: str) -> int:
    """Run the tests, and return pytest's exit status."""
    with SandboxProcess.start() as box:
        command = [str(Path(python).absolute()), "-m", "pytest", *arguments]
        environment = box.environment() | {"SANDBOX_SECRET": box.administration_secret}
        return subprocess.run(command, cwd=_HERE, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
