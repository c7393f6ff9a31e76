"""Runs the real CDK CLI against a sandbox. It ends with this program and with the sandbox, however they end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from sandbox.process import folders
from sandbox.process.client import SandboxProcess

_ROOT = Path(__file__).resolve().parents[2]
# The path is set here and not by PYTHONPATH, which the app would inherit.
_LEASH = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from sandbox.process import leash; sys.exit(leash.main(sys.argv[1:]))"
)
_TIMEOUT_SECONDS = 600
_VERSION = "2.1148.1"
"""The CLI that the assemblies of this library are deployed with; later major versions refuse them."""


class CdkError(Exception):
    """The CDK CLI ended with an error; its own output is in the message."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        self.output = output
        super().__init__(f"`{' '.join(command)}` failed:\n{output}")


@dataclass(frozen=True)
class CdkCli:
    """The CDK CLI, for one app and one sandbox.

    Attributes:
        box: Where it deploys.
        app: The app's command, or the folder of an assembly that is synthesised already.
        folder: Where the command runs.
        output: Folder of the assembly. `None`: the CLI's default.
        on_line: Is called with every line of output, as it appears.
    """

    box: SandboxProcess
    app: str
    folder: Path
    output: Path | None = None
    on_line: Callable[[str], None] | None = None

    def bootstrap(self) -> str:
        """Make the bucket and the roles that deployments use."""
        return self._run(["bootstrap", f"aws://{self.box.account_id}/{self.box.region}"], with_app=False)

    def synth(self) -> str:
        """Write the assembly."""
        return self._run(["synth", "--quiet", "--all"])

    def deploy(
        self, *stacks: str, context: Mapping[str, str] | None = None, method: str = "change-set"
    ) -> dict[str, dict[str, str]]:
        """Deploy stacks.

        Args:
            *stacks: Default: all.
            context: `-c name=value` for the app.
            method: `direct` makes no change set, for which the CLI computes a third of its time.

        Returns:
            The outputs of each stack.
        """
        arguments = ["deploy", *(list(stacks) or ["--all"]), "--require-approval", "never", "--progress", "events"]
        arguments += ["--method", method]
        for name, value in (context or {}).items():
            arguments += ["-c", f"{name}={value}"]
        folder = folders.make("cdk-")
        try:
            outputs = folder / "outputs.json"
            self._run([*arguments, "--outputs-file", str(outputs)])
            return json.loads(outputs.read_text(encoding="utf-8")) if outputs.exists() else {}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def destroy(self, *stacks: str) -> str:
        """Delete stacks.

        Args:
            *stacks: Default: all.
        """
        return self._run(["destroy", *(list(stacks) or ["--all"]), "--force"])

    def diff(self) -> str:
        """What a deployment would change."""
        return self._run(["diff"])

    def _run(self, arguments: list[str], *, with_app: bool = True) -> str:
        command = [_executable(self.folder), *arguments]
        if with_app:
            command += ["--app", self.app]
            if self.output is not None:
                command += ["--output", str(self.output)]
        environment = self.box.environment() | {"CI": "true", "NO_COLOR": "1"}
        leash = [sys.executable, "-P", "-c", _LEASH, str(_ROOT), str(self.box.pid)]
        process = subprocess.Popen(  # noqa: S603  (our own arguments)
            [*leash, *command],
            # A bootstrap must not pick up the app of the folder.
            cwd=self.folder if with_app else tempfile.gettempdir(),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # The leash ends the command when its standard input ends, which a dying program's does as well.
        watchdog = threading.Timer(_TIMEOUT_SECONDS, cast("IO[str]", process.stdin).close)
        watchdog.start()
        try:
            lines = self._read(process)
            process.wait()
        finally:
            watchdog.cancel()
            cast("IO[str]", process.stdin).close()
            process.wait()
        if process.wait() != 0:
            raise CdkError(command, "".join(lines))
        return "".join(lines)

    def _read(self, process: subprocess.Popen[str]) -> list[str]:
        lines = []
        for line in process.stdout or ():
            lines.append(line)
            if self.on_line is not None and line.strip():
                self.on_line(line.rstrip())
        return lines


def _executable(folder: Path) -> str:
    """Return the CLI that npm installed for the app's folder, or for one above it; else the shell's."""
    installed = [parent / "node_modules" / ".bin" for parent in (folder.resolve(), *folder.resolve().parents)]
    found = shutil.which("cdk", path=os.pathsep.join([*map(str, installed), os.environ.get("PATH", "")]))
    if found is None:
        problem = f"got no `cdk` command in {folder}, in the folders above it, or in PATH; expected the AWS CDK CLI; "
        raise CdkError(["cdk"], f"{problem}install it with `npm install aws-cdk@{_VERSION}`")
    return found
