"""What the Clarify container does around its analysis: it fetches what its configuration names and asks the model.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-run.html
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.errors import AwsError
from sandbox.sagemaker import aws, s3_uri
from sandbox.sagemaker.jobs import container, shadow
from sandbox.sagemaker.jobs.folder import JobFolder
from sandbox.sagemaker.jobs.shadow import ShadowError
from sandbox.sagemaker.s3_objects import describe
from sandbox.sagemaker.state import Document

_ROOT = "/opt/ml/processing"
_CONFIG = "/opt/ml/processing/input/config/analysis_config.json"
_SHAP_BASELINE = "/opt/ml/processing/input/shap_baseline"

Log = Callable[[list[str]], None]


class ClarifyError(Exception):
    """A Clarify job cannot do its work; the message becomes its FailureReason."""


@contextmanager
def environment(job: Document, folder: JobFolder, log: Log) -> Iterator[dict[str, str]]:
    """What a Clarify job needs beside its own variables, as long as the block lasts; nothing for any other job.

    Where the configuration names a model, the block has a shadow endpoint for it, made with the permissions of the
    job's role.

    Raises:
        ClarifyError: The configuration, the SHAP baseline or the model cannot be had.
    """
    if not container.is_clarify(job):
        yield {}
        return
    config = _config(folder)
    variables = {"processing_root": str(folder.local(_ROOT)), **_shap_baseline(job, config, folder)}
    predictor = config.get("predictor") or {}
    asks_model = bool(predictor.get("endpoint_name") or predictor.get("model_name"))
    if asks_model and job.get("NetworkConfig", {}).get("EnableNetworkIsolation"):
        raise ClarifyError("the configuration names a model, which a container with network isolation cannot reach")
    try:
        if predictor.get("endpoint_name"):
            model = shadow.relay(predictor["endpoint_name"], job["RoleArn"])
        elif predictor.get("model_name"):
            model = shadow.endpoint(predictor, job["RoleArn"], log)
        else:
            yield variables
            return
        with model as url:
            yield {**variables, "predictor_url": url}
    except ShadowError as error:
        raise ClarifyError(str(error)) from error


def _config(folder: JobFolder) -> dict[str, Any]:
    path = folder.local(_CONFIG)
    if not path.is_file():
        raise ClarifyError(f"{_CONFIG} is missing: give the job an input whose object is called analysis_config.json")
    try:
        config = json.loads(path.read_text())
    except ValueError as error:
        raise ClarifyError(f"analysis_config.json is not JSON: {error}") from error
    if not isinstance(config, dict):
        raise ClarifyError("analysis_config.json must hold a JSON object")
    return config


def _shap_baseline(job: Document, config: dict[str, Any], folder: JobFolder) -> dict[str, str]:
    """The SHAP baseline as a file of the container, where the configuration gives its location in S3."""
    uri = ((config.get("methods") or {}).get("shap") or {}).get("baseline")
    if not isinstance(uri, str):
        return {}
    try:
        bucket, key = s3_uri.split(uri)
        path = folder.local(_SHAP_BASELINE, key.rsplit("/", 1)[-1])
        path.parent.mkdir(parents=True, exist_ok=True)
        aws.s3_client(job["RoleArn"]).download_file(bucket, key, str(path))
    except AwsError as error:
        raise ClarifyError(f"methods.shap.baseline: {error.message}") from error
    except (ClientError, BotoCoreError) as error:
        raise ClarifyError(f"could not read the SHAP baseline {uri}: {describe(error)}") from error
    return {"shap_baseline": str(path)}
