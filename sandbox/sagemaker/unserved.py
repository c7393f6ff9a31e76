"""What the sandbox does not do, and what it says then: what it is for, and the way on.

It hosts and monitors models. Errors have AWS's shape, so that a client reports them as it reports AWS's.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sandbox.errors import AwsError
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.hosting import containers
from sandbox.sagemaker.state import Document

_PURPOSE = (
    "the sandbox is an embedded AWS for Model Monitor: models, endpoints, data capture, batch transform, processing "
    "jobs and monitoring"
)


class _Area(NamedTuple):
    """Operations of one kind, told by words in their names."""

    words: tuple[str, ...]
    title: str
    way: str


_AREAS = (
    _Area(
        ("TrainingJob", "TuningJob", "AutoML", "CompilationJob", "Algorithm", "LabelingJob"),
        "it does not train",
        "train elsewhere, put model.tar.gz into S3 and call CreateModel with its ModelDataUrl",
    ),
    _Area(
        ("Experiment", "Trial", "Artifact", "Context", "Association", "Lineage", "Mlflow"),
        "it keeps no experiments",
        "leave out what logs the run: no endpoint, job or monitor needs it",
    ),
    _Area(
        ("Pipeline",),
        "it runs no SageMaker Pipelines",
        "make the calls of the pipeline's steps: CreateProcessingJob for baselines and CreateTransformJob for batches",
    ),
    _Area(
        ("Feature",),
        "it has no Feature Store",
        "put the data set into S3",
    ),
    _Area(
        ("InferenceComponent", "InferenceExperiment", "InferenceRecommendations"),
        "its endpoints serve the models of their variants",
        "give the variant a ModelName and make the endpoint with CreateEndpoint",
    ),
)


def operation(name: str, served: Iterable[str]) -> AwsError:
    """The answer to an operation of SageMaker that the sandbox does not have."""
    area = next((area for area in _AREAS if any(word in name for word in area.words)), None)
    if area is None:
        text = f"the sandbox does not serve {name}; {_PURPOSE}. It serves {', '.join(sorted(served))}"
    else:
        text = f"the sandbox does not serve {name}: {_PURPOSE}; {area.title}. Instead: {area.way}."
    return AwsError("UnknownOperationException", text)


def check_endpoint_config(config: Document, models: Iterable[Document]) -> None:
    """Refuse endpoints that would serve otherwise than on AWS, and captures that AWS does not make.

    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions

    Raises:
        AwsError: ValidationException.
    """
    if "AsyncInferenceConfig" in config:
        raise refuse(
            f"the sandbox does not host asynchronous endpoints: {_PURPOSE}. Leave AsyncInferenceConfig out for a "
            "real-time endpoint, or score the files with CreateTransformJob, whose inputs and outputs can be monitored"
        )
    for model in models:
        if containers.any_is_multi_model(model):
            raise refuse(
                f"model {model['ModelName']} is a multi-model container, which Model Monitor does not support and the "
                "sandbox does not host: make one model, and one variant or endpoint, for each archive"
            )
    serverless = [variant["VariantName"] for variant in config["ProductionVariants"] if "ServerlessConfig" in variant]
    if serverless and "DataCaptureConfig" in config:
        raise refuse(
            f"data capture is not supported for serverless endpoints (variant {serverless[0]}): give the variant an "
            "InstanceType and InitialInstanceCount, or leave DataCaptureConfig out"
        )


def check_invocation(headers: Mapping[str, str]) -> None:
    """Refuse requests for one of many models or containers.

    Raises:
        AwsError: ValidationError, as the runtime words it.
    """
    for header, member in _TARGETS.items():
        if header in headers:
            raise AwsError(
                "ValidationError",
                f"{member} is only valid for multi-model and multi-container endpoints: the sandbox hosts neither",
            )


_TARGETS = {
    "x-amzn-sagemaker-target-model": "TargetModel",
    "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname",
}
