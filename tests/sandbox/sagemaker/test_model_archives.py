"""What a container starts with: the model's archive, and the script from where it was submitted to."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.sagemaker import aws
from sandbox.sagemaker.hosting import HostingError, ServedModel, archive

SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
IN_THE_MODEL = "/opt/ml/model/code"
# Answers with its own folder, which no other script does.
SUBMITTED = b"""
import helper

def model_fn(model_dir):
    return model_dir

def transform_fn(model, body, content_type, accept):
    return f"{helper.NAME} {model}", "text/csv"
"""
OF_XGBOOSTS_IMAGE = b"import sagemaker_xgboost_container.encoder"


def container(world: Any, files: Mapping[str, bytes], directory: str = IN_THE_MODEL) -> dict[str, Any]:
    """A container definition with a model archive of files, and a place of its script."""
    return {
        "Image": SCIKIT_LEARN,
        "ModelDataUrl": world.put(f"models/{world.unique('model')}/model.tar.gz", world.archive(files)),
        "Environment": {"SAGEMAKER_PROGRAM": "score.py", "SAGEMAKER_SUBMIT_DIRECTORY": directory},
    }


def deploy(world: Any, definition: dict[str, Any], **model: Any) -> dict[str, Any]:
    """An endpoint of a container, once it serves or has failed; it is deleted with the sandbox."""
    name = world.unique("model")
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer=definition, **model)
    described: dict[str, Any] = world.settled(world.make_endpoint(world.make_config(name)))
    return described


def remove(world: Any, endpoint: dict[str, Any]) -> None:
    world.sagemaker.delete_endpoint(EndpointName=endpoint["EndpointName"])


@pytest.fixture(scope="module")
def submitted(session_world: Any) -> str:
    """URI of an archive as the SageMaker Python SDK uploads a script and what lies beside it."""
    files = {"score.py": SUBMITTED, "helper.py": b"NAME = 'submitted'"}
    uri: str = session_world.put("code/sourcedir.tar.gz", session_world.archive(files))
    return uri


def test_a_script_submitted_to_s3_serves_instead_of_the_archives_own(world: Any, submitted: str) -> None:
    own = {"code/score.py": b"raise SystemExit", "code/helper.py": b"NAME = 'own'", "weights": b"1"}
    endpoint = deploy(world, container(world, own, submitted))
    name, folder = world.invoke(endpoint["EndpointName"]).split()
    assert name == "submitted"
    assert (Path(folder) / "weights").read_text() == "1"
    remove(world, endpoint)
    world.eventually(lambda: not Path(folder).parent.exists())


def test_a_script_of_the_archive_serves_from_there(world: Any) -> None:
    endpoint = deploy(world, container(world, {"code/score.py": SUBMITTED, "code/helper.py": b"NAME = 'own'"}))
    assert world.invoke(endpoint["EndpointName"]).startswith("own ")
    remove(world, endpoint)


def test_a_model_without_network_cannot_fetch_its_script(world: Any, submitted: str) -> None:
    endpoint = deploy(world, container(world, {"weights": b"1"}, submitted), EnableNetworkIsolation=True)
    assert f"its container cannot fetch SAGEMAKER_SUBMIT_DIRECTORY={submitted}" in endpoint["FailureReason"]
    assert f"set SAGEMAKER_SUBMIT_DIRECTORY={IN_THE_MODEL}" in endpoint["FailureReason"]
    remove(world, endpoint)


@pytest.mark.parametrize(
    ("directory", "reason"),
    [
        ("/opt/program", "SAGEMAKER_SUBMIT_DIRECTORY=/opt/program, a place in its image, which the sandbox does not"),
        ("s3://{bucket}/code/gone.tar.gz", "Could not access SAGEMAKER_SUBMIT_DIRECTORY at s3://{bucket}/code/gone."),
        ("s3://{bucket}/code/empty.tar.gz", "s3://{bucket}/code/empty.tar.gz has no score.py"),
        ("s3:///code/no-bucket.tar.gz", "Invalid S3 URI 's3:///code/no-bucket.tar.gz': expected s3://bucket/prefix"),
        (IN_THE_MODEL, "model.tar.gz has no code/score.py"),
    ],
    ids=["image", "gone", "empty", "no-bucket", "model"],
)
def test_a_script_that_is_not_there_fails_the_endpoint(world: Any, directory: str, reason: str) -> None:
    world.put("code/empty.tar.gz", world.archive({}))
    endpoint = deploy(world, container(world, {}, directory.format(bucket=world.bucket)))
    assert reason.format(bucket=world.bucket) in endpoint["FailureReason"]
    assert "InternalServerError" not in endpoint["FailureReason"]
    remove(world, endpoint)


def test_only_xgboosts_image_has_the_package_of_xgboosts_image(world: Any) -> None:
    endpoint = deploy(world, container(world, {"code/score.py": OF_XGBOOSTS_IMAGE}))
    assert "No module named 'sagemaker_xgboost_container'" in endpoint["FailureReason"]
    remove(world, endpoint)


@pytest.fixture
def work(world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process unpacks models, from the sandbox's S3."""
    monkeypatch.setattr(archive, "s3_client", lambda _role: world.s3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("content", [None, b"no archive"], ids=["gone", "broken"])
def test_a_model_that_cannot_be_unpacked_leaves_nothing(world: Any, work: Path, content: bytes | None) -> None:
    key = world.unique("model")
    if content is not None:
        world.put(key, content)
    definition = {"ModelDataUrl": f"s3://{world.bucket}/{key}"}
    with pytest.raises(HostingError, match=key):
        archive.unpack({"ModelName": key, "ExecutionRoleArn": world.role}, definition, {})
    assert list(work.iterdir()) == []


def test_a_model_that_gets_no_credentials_leaves_nothing(
    world: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_role: str) -> dict[str, str]:
        raise PermissionError("no session")

    monkeypatch.setattr(aws, "container_environment", refuse)
    model = {"ModelName": "m", "ExecutionRoleArn": world.role, "PrimaryContainer": container(world, {"w": b""})}
    with pytest.raises(PermissionError):
        ServedModel.start(model, ("group", "stream"))
    assert list(work.iterdir()) == []
