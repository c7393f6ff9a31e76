"""`make sdk-check`: runs the tests of a folder, with the Python that has the SDK, against a sandbox of their own.

python -m tests.sdk.check tests/sdk build/sdk/bin/python [arguments for pytest]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sandbox.process.client import SandboxProcess

_SHARED = Path(__file__).resolve().parent
"""What the checks of all versions of the SDK use."""


def main(folder: str, python: str, *arguments: str) -> int:
    """Run the tests, and return pytest's exit status."""
    here = Path(folder).resolve()
    with SandboxProcess.start() as box:
        command = [str(Path(python).absolute()), "-m", "pytest", *arguments]
        environment = box.environment() | {
            "SANDBOX_SECRET": box.administration_secret,
            "PYTHONPATH": os.pathsep.join(map(str, dict.fromkeys([here, _SHARED]))),
        }
        return subprocess.run(command, cwd=here, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
