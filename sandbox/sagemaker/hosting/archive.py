"""Fetches a model's archive and unpacks it as a container would find it under ``/opt/ml/model``."""

import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from sandbox import seams
from sandbox.sagemaker import s3_uri
from sandbox.sagemaker.aws import s3_client
from sandbox.sagemaker.hosting.worker import HostingError
from sandbox.sagemaker.state import Document


@dataclass(frozen=True)
class Unpacked:
    """What a container starts with.

    Args:
        folder: The unpacked archive.
        image: URI of its image; empty when the model names none.
        environment: Its environment variables.
    """

    folder: Path
    image: str
    environment: dict[str, str]


def unpack(model: Document) -> Unpacked:
    """Download the archive of a model with the model's role.

    Raises:
        HostingError: The model has no archive that the sandbox can serve, or the role cannot read it.
    """
    container = _only_container(model)
    uri = container.get("ModelDataUrl")
    if not uri:
        raise HostingError(
            f"model {model['ModelName']} has no ModelDataUrl: the sandbox serves a model.tar.gz in S3 that holds "
            "code/inference.py with a model_fn, or what XGBoost's built-in algorithm trained"
        )
    folder = Path(tempfile.mkdtemp(prefix="sagemaker-model-"))
    bucket, key = s3_uri.split(uri)
    archive = folder / "model.tar.gz"
    try:
        s3_client(model["ExecutionRoleArn"]).download_file(bucket, key, str(archive))
    except (ClientError, BotoCoreError) as error:
        raise HostingError(_no_access(uri, model["ExecutionRoleArn"], error)) from error
    root = folder / "model"
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(root, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise HostingError(f"Failed to extract model data archive {uri}: {error}") from error
    archive.unlink()
    return Unpacked(root, container.get("Image", ""), dict(container.get("Environment", {})))


def _only_container(model: Document) -> Document:
    containers = [model["PrimaryContainer"]] if model.get("PrimaryContainer") else model.get("Containers", [])
    if len(containers) != 1:
        raise HostingError(
            f"model {model['ModelName']} is an inference pipeline of {len(containers)} containers: the sandbox serves "
            "models of one container"
        )
    container: Document = containers[0]
    if container.get("Mode") == "MultiModel":
        raise HostingError(f"model {model['ModelName']} is a multi-model container: Model Monitor does not support it")
    return container


def _no_access(uri: str, role_arn: str, error: Exception) -> str:
    return (
        f'Could not access model data at {uri}. Please ensure that the role "{role_arn}" exists and that its trust '
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". '
        f'Also ensure that the role has "s3:GetObject" permissions and that the object is located in {seams.region()}. '
        f"({error})"
    )
