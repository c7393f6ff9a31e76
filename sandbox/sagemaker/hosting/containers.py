"""The containers of a model: one, or those of an inference pipeline in the order in which a request passes them.

https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
"""

from dataclasses import dataclass

from sandbox.sagemaker import s3_uri
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.hosting.worker import PRIMARY, HostingError
from sandbox.sagemaker.state import Document


@dataclass(frozen=True)
class ContainerDefinition:
    """One container of a model.

    Args:
        name: What logs and errors call it.
        definition: As CreateModel was given it.
    """

    name: str
    definition: Document


def check(model: Document) -> None:
    """Refuse what CreateModel refuses about containers.

    Raises:
        AwsError: Names are missing or not unique, several containers are multi-model, or a URL is none of S3.
    """
    definitions = _definitions(model)
    names = [definition["ContainerHostname"] for definition in definitions if "ContainerHostname" in definition]
    if names and (len(names) < len(definitions) or len(set(names)) < len(names)):
        raise refuse(
            "ContainerHostname must be specified for every container of the inference pipeline or for none, and must "
            f"be unique, got {', '.join(names)} for {len(definitions)} containers"
        )
    if len(definitions) > 1 and any(is_multi_model(definition) for definition in definitions):
        raise refuse("More than one container in MultiModel mode is not supported with inference pipeline.")
    for definition in definitions:
        if "ModelDataUrl" in definition:
            s3_uri.split(definition["ModelDataUrl"])


def of_model(model: Document) -> list[ContainerDefinition]:
    """The containers of a model, in order.

    Raises:
        HostingError: The sandbox does not host models of that kind.
    """
    definitions = _definitions(model)
    if any(is_multi_model(definition) for definition in definitions):
        raise HostingError(f"model {model['ModelName']} is a multi-model container: Model Monitor does not support it")
    if model.get("InferenceExecutionConfig", {}).get("Mode") == "Direct":
        raise HostingError(
            f"model {model['ModelName']} has InferenceExecutionConfig Mode=Direct, whose containers are asked one by "
            "one: the sandbox hosts inference pipelines (Mode=Serial); make a model and a variant of each container"
        )
    is_pipeline = len(definitions) > 1
    return [
        ContainerDefinition(
            definition.get("ContainerHostname") or (f"container-{n}" if is_pipeline else PRIMARY), definition
        )
        for n, definition in enumerate(definitions, start=1)
    ]


def is_multi_model(definition: Document) -> bool:
    """Whether a container serves many models, each named by the request."""
    return definition.get("Mode") == "MultiModel"


def any_is_multi_model(model: Document) -> bool:
    """Whether one of a model's containers serves many models."""
    return any(is_multi_model(definition) for definition in _definitions(model))


def _definitions(model: Document) -> list[Document]:
    return [model["PrimaryContainer"]] if model.get("PrimaryContainer") else list(model.get("Containers", []))
