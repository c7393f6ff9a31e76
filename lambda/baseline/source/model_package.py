"""The baseline that a model package of the registry carries.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DriftCheckBaselines.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.monitor_type import MonitorType
from baseline.reader import parse_uri
from baseline.source.forms import BaselineFiles, ModelPackage
from shared import clients, errors

_SECTIONS = {
    MonitorType.DATA_QUALITY: "ModelDataQuality",
    MonitorType.MODEL_QUALITY: "ModelQuality",
    MonitorType.MODEL_BIAS: "Bias",
    MonitorType.MODEL_EXPLAINABILITY: "Explainability",
}


def find_files(package: ModelPackage, monitor_type: MonitorType) -> BaselineFiles:
    """Return the files that the package names for a kind of monitor.

    Raises:
        BaselineError: There is no such package, it may not be read, or it lacks a file; the text says what it has.
    """
    section = _SECTIONS[monitor_type]
    baselines = _drift_check_baselines(package)
    files = {name: entry["S3Uri"] for name, entry in baselines.get(section, {}).items() if entry.get("S3Uri")}
    # A bias monitor compares what was predicted; its constraints are the ones after the training.
    constraints = "PostTrainingConstraints" if monitor_type is MonitorType.MODEL_BIAS else "Constraints"
    needed = [constraints] + (["Statistics"] if monitor_type is MonitorType.DATA_QUALITY else [])
    missing = [name for name in needed if name not in files]
    if missing:
        raise BaselineError(
            f"model package {package.name} has no DriftCheckBaselines.{section}.{' and '.join(missing)}, which a "
            f"{monitor_type.value} monitor needs; it has {_inventory(baselines)}; register the package with "
            "drift_check_baselines, or give a dataset or files"
        )
    where = f"DriftCheckBaselines.{section} of model package {package.name}"
    uris = {name: parse_uri(where, uri) for name, uri in files.items()}
    return BaselineFiles(uris[constraints], uris.get("Statistics"), uris.get("ConfigFile"))


def _drift_check_baselines(package: ModelPackage) -> Mapping[str, Any]:
    try:
        answer = clients.sagemaker().describe_model_package(ModelPackageName=package.name)
    except ClientError as error:
        if errors.is_transient(error):
            raise
        raise BaselineError(
            f"model package {package.name} cannot be read: {error}; check its ARN (with the version at the end) and "
            "that the access role has sagemaker:DescribeModelPackage on it"
        ) from error
    return answer.get("DriftCheckBaselines", {})


def _inventory(baselines: Mapping[str, Any]) -> str:
    names = [f"{section}.{name}" for section, files in baselines.items() for name in files]
    return ", ".join(sorted(names)) or "no DriftCheckBaselines at all"
