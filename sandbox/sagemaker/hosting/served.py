"""A model in its containers: fetched, unpacked, loaded, asked, and removed again."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from sandbox import seams
from sandbox.sagemaker import aws
from sandbox.sagemaker.hosting import archive, containers, old_boosters
from sandbox.sagemaker.hosting.archive import Unpacked
from sandbox.sagemaker.hosting.containers import ContainerDefinition
from sandbox.sagemaker.hosting.worker import OK, Answer, HostingError, ModelWorker
from sandbox.sagemaker.state import Document


class LoadError(HostingError):
    """A container does not come up; that its archive cannot be had is a `HostingError` only."""

    def __init__(self, container: str, message: str) -> None:
        super().__init__(message)
        self.container = container


@dataclass(frozen=True)
class Container:
    """A container that runs.

    Args:
        name: What logs and errors call it.
        worker: Its process.
        unpacked: Its files.
    """

    name: str
    worker: ModelWorker
    unpacked: Unpacked

    def stop(self) -> None:
        """End it and remove its files."""
        self.worker.stop()
        self.unpacked.remove()


@dataclass(frozen=True)
class ServedModel:
    """A model that answers.

    Args:
        role_arn: Its execution role.
        containers: At least one, in the order in which a request passes them.
    """

    role_arn: str
    containers: tuple[Container, ...]

    @classmethod
    def start(
        cls, model: Document, log: tuple[str, str], environment: Mapping[str, str] | None = None
    ) -> "ServedModel":
        """Bring a model up.

        Args:
            model: As CreateModel made it.
            log: Group and stream of CloudWatch Logs for what it prints; every container of a pipeline has a stream of
                its own, below that name.
            environment: Variables beside those of the model.

        Raises:
            HostingError: An archive cannot be had, or does not load.
        """
        started: list[Container] = []
        definitions = containers.of_model(model)
        with ExitStack() as undo:
            for one in definitions:
                group, stream = log
                own_log = (group, stream if len(definitions) == 1 else f"{stream}/{one.name}")
                started.append(_started(model, one, own_log, environment or {}))
                undo.callback(started[-1].stop)
            undo.pop_all()
        return cls(model["ExecutionRoleArn"], tuple(started))

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Have the containers answer one request: the answer of each is the request of the next.

        All see the caller's Accept header, for which AWS's example of scikit-learn before Linear Learner is written.
        The first one that refuses ends the request.

        Raises:
            RetiredError: The model was stopped for good.
        """
        answer = Answer(OK, content_type, body)
        for container in self.containers:
            answer = replace(
                container.worker.invoke(answer.body, answer.content_type, accept), container=container.name
            )
            if answer.status != OK:
                break
        return answer

    def stop(self) -> None:
        """End the containers and remove their files."""
        for container in self.containers:
            container.stop()


def _started(
    model: Document, one: ContainerDefinition, log: tuple[str, str], environment: Mapping[str, str]
) -> Container:
    role_arn: str = model["ExecutionRoleArn"]
    with ExitStack() as undo:
        unpacked = archive.unpack(model, one.definition, environment)
        undo.callback(unpacked.remove)
        old_boosters.renew(unpacked.model_folder, lambda lines: seams.write_log_lines(*log, lines))
        credentials = {} if model.get("EnableNetworkIsolation") else aws.container_environment(role_arn)
        variables = unpacked.environment | credentials | {"SM_MODEL_DIR": str(unpacked.model_folder)}
        worker = ModelWorker(unpacked.model_folder, unpacked.code_folder, unpacked.image, variables, log)
        try:
            worker.start()
        except HostingError as error:
            raise LoadError(one.name, str(error)) from error
        undo.pop_all()
    return Container(one.name, worker, unpacked)
