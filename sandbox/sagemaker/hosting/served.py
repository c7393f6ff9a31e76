"""A model in its container: fetched, unpacked, loaded, and removed again."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.sagemaker import aws
from sandbox.sagemaker.hosting import archive
from sandbox.sagemaker.hosting.worker import HostingError, ModelWorker
from sandbox.sagemaker.state import Document


class LoadError(HostingError):
    """The container does not come up; that its archive cannot be had is a `HostingError` only."""


@dataclass(frozen=True)
class ServedModel:
    """A model that answers.

    Args:
        role_arn: Its execution role.
        worker: Its container.
        folder: The unpacked archive.
    """

    role_arn: str
    worker: ModelWorker
    folder: Path

    @classmethod
    def start(
        cls, model: Document, log: tuple[str, str], environment: Mapping[str, str] | None = None
    ) -> "ServedModel":
        """Bring a model up.

        Args:
            model: As CreateModel made it.
            log: Group and stream of CloudWatch Logs for what it prints.
            environment: Variables beside those of the model.

        Raises:
            HostingError: Its archive cannot be had, or it does not load.
        """
        unpacked = archive.unpack(model)
        folder, variables = unpacked.folder, dict(unpacked.environment)
        role_arn: str = model["ExecutionRoleArn"]
        if not model.get("EnableNetworkIsolation"):
            variables |= aws.container_environment(role_arn)
        variables |= {"SM_MODEL_DIR": str(folder), **(environment or {})}
        served = cls(role_arn, ModelWorker(folder, unpacked.image, variables, log), folder)
        try:
            served.worker.start()
        except HostingError as error:
            served.stop()
            raise LoadError(str(error)) from error
        return served

    def stop(self) -> None:
        """End the container and remove its files."""
        self.worker.stop()
        shutil.rmtree(self.folder.parent, ignore_errors=True)
