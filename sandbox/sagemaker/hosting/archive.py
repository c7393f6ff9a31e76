"""Fetches a model's archives and unpacks them as a container would find them under ``/opt/ml``."""

import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from sandbox import seams
from sandbox.sagemaker import s3_uri
from sandbox.sagemaker.aws import s3_client
from sandbox.sagemaker.hosting.worker import HostingError
from sandbox.sagemaker.state import Document

_SUBMIT_DIRECTORY = "SAGEMAKER_SUBMIT_DIRECTORY"
_CODE_OF_THE_MODEL = "/opt/ml/model/code"


@dataclass(frozen=True)
class Unpacked:
    """What a container starts with.

    Args:
        model_folder: The unpacked model archive.
        code_folder: Where its script is, if it has one.
        image: URI of its image; empty when the model names none.
        environment: Its environment variables.
    """

    model_folder: Path
    code_folder: Path
    image: str
    environment: dict[str, str]

    def remove(self) -> None:
        """Remove everything that was unpacked."""
        shutil.rmtree(self.model_folder.parent, ignore_errors=True)


def unpack(model: Document, container: Document, more_environment: Mapping[str, str]) -> Unpacked:
    """Download the archive of a container, and that of its script if it is one of its own, with the model's role.

    Args:
        model: As CreateModel made it.
        container: One of its container definitions.
        more_environment: Variables beside those of the model.

    Raises:
        HostingError: The model has no archive that the sandbox can serve, or the role cannot read it.
    """
    uri = container.get("ModelDataUrl")
    if not uri:
        raise HostingError(
            f"model {model['ModelName']} has no ModelDataUrl: the sandbox serves a model.tar.gz in S3 that holds "
            "code/inference.py with a model_fn, or what XGBoost's built-in algorithm trained"
        )
    environment = {**container.get("Environment", {}), **more_environment}
    submitted = _submitted_code(model, environment)
    folder = Path(tempfile.mkdtemp(prefix="sagemaker-model-"))
    try:
        model_folder = _fetch("model data", uri, model["ExecutionRoleArn"], folder / "model")
        code_folder = model_folder / "code"
        if submitted:
            code_folder = _fetch(_SUBMIT_DIRECTORY, submitted, model["ExecutionRoleArn"], folder / "code")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Unpacked(model_folder, code_folder, container.get("Image", ""), environment)


def _submitted_code(model: Document, environment: Mapping[str, str]) -> str | None:
    """URI of the archive of a model's script; None when it is part of the model's archive.

    https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_files.py
    """
    value = environment.get(_SUBMIT_DIRECTORY, _CODE_OF_THE_MODEL)
    fix = f"put the script into code/ of model.tar.gz and set {_SUBMIT_DIRECTORY}={_CODE_OF_THE_MODEL}"
    if value.startswith("s3://"):
        if model.get("EnableNetworkIsolation"):
            raise HostingError(
                f"model {model['ModelName']} has EnableNetworkIsolation, so its container cannot fetch "
                f"{_SUBMIT_DIRECTORY}={value}: {fix}"
            )
        return value
    if value.rstrip("/") != _CODE_OF_THE_MODEL:
        raise HostingError(
            f"model {model['ModelName']} has {_SUBMIT_DIRECTORY}={value}, a place in its image, which the sandbox does "
            f"not have: {fix}, or name a sourcedir.tar.gz in S3 that has the script at its root"
        )
    return None


def _fetch(what: str, uri: str, role_arn: str, folder: Path) -> Path:
    bucket, key = s3_uri.split(uri)
    archive = folder.with_suffix(".tar.gz")
    try:
        s3_client(role_arn).download_file(bucket, key, str(archive))
    except (ClientError, BotoCoreError) as error:
        raise HostingError(_no_access(what, uri, role_arn, error)) from error
    folder.mkdir()  # an empty archive is a folder too
    try:
        with tarfile.open(archive) as tar:
            _extract(tar, folder)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise HostingError(f"Failed to extract {what} archive {uri}: {error}") from error
    archive.unlink()
    return folder


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Unpack an archive; nothing in it may be written outside of the folder.

    Python has a filter for that since 3.11.4; Debian 12 has 3.11.2.

    Raises:
        TarError: A member lies outside, or is a link or a device.
    """
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    for member in tar.getmembers():
        inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise tarfile.ExtractError(f"{member.name!r} is no file or folder below the archive's root")
    tar.extractall(folder)  # noqa: S202 - every member was looked at


def _no_access(what: str, uri: str, role_arn: str, error: Exception) -> str:
    return (
        f'Could not access {what} at {uri}. Please ensure that the role "{role_arn}" exists and that its trust '
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". '
        f'Also ensure that the role has "s3:GetObject" permissions and that the object is located in {seams.region()}. '
        f"({error})"
    )
