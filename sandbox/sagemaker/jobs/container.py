"""The process that stands for a job's container."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.sagemaker import aws, processes
from sandbox.sagemaker.jobs.folder import JobFolder
from sandbox.sagemaker.state import Document

_POLL_SECONDS = 0.1
_GRACE_SECONDS = 5
"""How long a container may take to end after SIGTERM; SageMaker gives it 120 seconds."""
_CLARIFY = "sagemaker-clarify-processing"
_COMMANDS = {
    "sagemaker-model-monitor-analyzer": ["-m", "analyzer"],
    "sagemaker-model-monitor-groundtruth-merger": ["-m", "analyzer"],
    _CLARIFY: ["-m", "analyzer"],
}
"""Image repository to the arguments of the Python interpreter that do its work."""
_INHERITED = ("PATH", "LANG", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Exit:
    """How a container ended.

    Args:
        code: Exit code; negative for a signal.
        cause: ``exited``, ``stopped`` (StopProcessingJob) or ``timeout`` (MaxRuntimeInSeconds).
    """

    code: int
    cause: str


def refusal(job: Document) -> str | None:
    """Why the sandbox cannot run a job's image, or None when it can."""
    specification = job["AppSpecification"]
    if _repository(specification["ImageUri"]) not in _COMMANDS:
        return f"the sandbox cannot run image {specification['ImageUri']}; it runs {', '.join(sorted(_COMMANDS))}"
    if specification.get("ContainerEntrypoint") or specification.get("ContainerArguments"):
        return "the sandbox runs the image's own entry point: leave ContainerEntrypoint and ContainerArguments out"
    return None


def is_clarify(job: Document) -> bool:
    """Whether a job runs the image of SageMaker Clarify."""
    return _repository(job["AppSpecification"]["ImageUri"]) == _CLARIFY


def run(
    job: Document,
    folder: JobFolder,
    stop: threading.Event,
    log: Callable[[list[str]], None],
    more_environment: Mapping[str, str],
) -> Exit:
    """Run a job's container until it ends, is stopped or has run too long.

    Args:
        job: The processing job.
        folder: Its file system, inputs in place.
        stop: Set to end the container early.
        log: Receives the lines that the container prints, as they come.
        more_environment: Variables beside those of the job.
    """
    deadline = time.monotonic() + job["StoppingCondition"]["MaxRuntimeInSeconds"]
    with folder.log_file.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", *_COMMANDS[_repository(job["AppSpecification"]["ImageUri"])]],
            cwd=folder.root,
            env=_environment(job, folder) | dict(more_environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    cause = "exited"
    with folder.log_file.open(encoding="utf-8", errors="replace") as lines:
        while process.poll() is None:
            if stop.wait(_POLL_SECONDS) or time.monotonic() > deadline:
                cause = "stopped" if stop.is_set() else "timeout"
                processes.end(process, _GRACE_SECONDS)
            _forward(lines.readlines(), folder, log)
        _forward(lines.readlines(), folder, log)
    return Exit(process.returncode, cause)


def _environment(job: Document, folder: JobFolder) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    isolated = job.get("NetworkConfig", {}).get("EnableNetworkIsolation", False)
    credentials = {} if isolated else aws.container_environment(job["RoleArn"])
    return {
        **inherited,
        **credentials,
        "HOME": str(folder.root),
        "TMPDIR": str(folder.root / "tmp"),
        "output_message_file": str(folder.message_file),
        "cloudwatch_metrics_directory": str(folder.metrics_directory),
        **{name: folder.rewrite(value) for name, value in job.get("Environment", {}).items()},
    }


def _repository(image_uri: str) -> str:
    return image_uri.rsplit("/", 1)[-1].partition("@")[0].partition(":")[0]


def _forward(lines: list[str], folder: JobFolder, log: Callable[[list[str]], None]) -> None:
    if lines:
        log([folder.as_container(line.rstrip("\n")) for line in lines])
