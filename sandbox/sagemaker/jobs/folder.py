"""A job's own ``/opt/ml``: a folder that stands for the container's file system.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

import json
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.sagemaker.state import Document

_CONTAINER_ROOT = "/opt/ml/"
_MESSAGE_LENGTH = 1024
"""ExitMessage holds the first 1024 characters of the message file."""
HOST = "algo-1"


class JobFolder:
    """A temporary folder that lasts as long as the block; ``/opt/ml/x`` of the container is ``<folder>/x`` here."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="sagemaker-job-")).resolve()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def message_file(self) -> Path:
        """Where the container leaves its exit message."""
        return self.root / "output" / "message"

    @property
    def metrics_directory(self) -> Path:
        """Where the container leaves CloudWatch metrics."""
        return self.root / "output" / "metrics" / "cloudwatch"

    @property
    def log_file(self) -> Path:
        """What the container prints."""
        return self.root / "container.log"

    def local(self, path: str, *more: str) -> Path:
        """A path of the container in this folder; ``more`` goes on below it.

        Raises:
            ValueError: The path leads out of the container.
        """
        inside = self.root.joinpath(path.removeprefix(_CONTAINER_ROOT).lstrip("/"), *more).resolve()
        if not inside.is_relative_to(self.root):
            raise ValueError(f"{'/'.join([path, *more])} leads out of the container")
        return inside

    def as_container(self, text: str) -> str:
        """Text with the paths that the container would have seen."""
        return text.replace(str(self.root), _CONTAINER_ROOT.rstrip("/"))

    def rewrite(self, value: str) -> str:
        """An environment value; one that starts with ``/opt/ml/`` points into this folder."""
        return str(self.local(value)) if value.startswith(_CONTAINER_ROOT) else value

    def prepare(self, job: Document) -> None:
        """Make the folders, and the two files that describe the job to its container."""
        for folder in (self.root / "config", self.root / "tmp", self.message_file.parent, self.metrics_directory):
            folder.mkdir(parents=True, exist_ok=True)
        for output in job.get("ProcessingOutputConfig", {}).get("Outputs", []):
            if "S3Output" in output:
                self.local(output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        self._write_config("processingjobconfig.json", self._job_config(job))
        self._write_config("resourceconfig.json", {"current_host": HOST, "hosts": [HOST]})

    def exit_message(self) -> str | None:
        """The first characters of the message file, if the container left one."""
        if not self.message_file.is_file():
            return None
        message = self.as_container(self.message_file.read_text(errors="replace").strip())
        return message[:_MESSAGE_LENGTH] or None

    def _job_config(self, job: Document) -> Document:
        members = (
            "ProcessingJobArn",
            "ProcessingJobName",
            "AppSpecification",
            "Environment",
            "ProcessingInputs",
            "ProcessingOutputConfig",
            "ProcessingResources",
            "RoleArn",
            "StoppingCondition",
        )
        config: Document = self._rewritten({name: job[name] for name in members if name in job})
        return config

    def _rewritten(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._rewritten(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._rewritten(item) for item in value]
        return self.rewrite(value) if isinstance(value, str) else value

    def _write_config(self, name: str, content: Document) -> None:
        (self.root / "config" / name).write_text(json.dumps(content, indent=2))
