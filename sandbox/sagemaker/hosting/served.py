"""A model in its container: fetched, unpacked, loaded, and removed again."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from sandbox.sagemaker import aws
from sandbox.sagemaker.hosting import archive
from sandbox.sagemaker.hosting.archive import Unpacked
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
        unpacked: Its files.
    """

    role_arn: str
    worker: ModelWorker
    unpacked: Unpacked

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
        role_arn: str = model["ExecutionRoleArn"]
        with ExitStack() as undo:
            unpacked = archive.unpack(model, environment or {})
            undo.callback(unpacked.remove)
            credentials = {} if model.get("EnableNetworkIsolation") else aws.container_environment(role_arn)
            variables = unpacked.environment | credentials | {"SM_MODEL_DIR": str(unpacked.model_folder)}
            worker = ModelWorker(unpacked.model_folder, unpacked.code_folder, unpacked.image, variables, log)
            try:
                worker.start()
            except HostingError as error:
                raise LoadError(str(error)) from error
            undo.pop_all()
        return cls(role_arn, worker, unpacked)

    def stop(self) -> None:
        """End the container and remove its files."""
        self.worker.stop()
        self.unpacked.remove()
