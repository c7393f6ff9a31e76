"""Where a baseline comes from: what a monitor compares the traffic with."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Stack, Token, aws_iam as iam, aws_s3_assets as s3_assets
from constructs import Construct

from model_monitor.errors import ConfigurationError
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.s3_location import S3Location

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
_MODEL_PACKAGE = re.compile(
    r"^(arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:model-package/\S{1,2048}|[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})$"
)


@dataclass(frozen=True)
class BaselineSource:
    """Where a baseline comes from, as the baseline function is told.

    Attributes:
        document: The `Source` property of the custom resource.
        reads: What must be readable.
        needs_job: Whether a processing job computes the baseline.
        model_package: ARN of the model package that names the files, if one does.
    """

    document: dict[str, Any]
    reads: Sequence[S3Location]
    needs_job: bool
    model_package: str | None = None

    @property
    def dataset_format(self) -> dict[str, Any] | None:
        """How the dataset is stored; `None` without a dataset."""
        dataset = self.document.get("dataset")
        return dataset["format"] if dataset else None

    def require_statistics(self) -> None:
        """Checks that files have statistics, where the monitor compares with them.

        Raises:
            ConfigurationError: There are constraints only.
        """
        if "files" in self.document and "statistics" not in self.document["files"]:
            raise ConfigurationError(
                got="a baseline of files without statistics",
                expected="both files: this kind of monitor reads statistics.json, too",
                fix="pass statistics=... to Baseline.from_files",
            )

    def statements(self, stack: Stack) -> list[iam.PolicyStatement]:
        """What the baseline function must be allowed beyond reading files."""
        if self.model_package is None:
            return []
        arn = self.model_package
        if not Token.is_unresolved(arn) and not arn.startswith("arn:"):
            arn = stack.format_arn(service="sagemaker", resource="model-package", resource_name=arn)
        return [iam.PolicyStatement(actions=["sagemaker:DescribeModelPackage"], resources=[arn])]


class Baseline(ABC):
    """What normal traffic looks like. Use the factories."""

    @staticmethod
    def from_dataset(location: S3Location, format: DatasetFormat) -> Baseline:
        """Computed from a dataset in S3, by a processing job during the deployment.

        The job runs again only when the dataset, its format or the scripts change; its files are kept under a prefix
        of their own, so that a rollback finds the earlier ones.

        CloudFormation waits one hour for it at most: a job is stopped after 50 minutes, each of the two that
        `categorical="auto"` and listed columns of Parquet need after 22. For a larger dataset take a bigger instance,
        or compute the files elsewhere and use `from_files`.

        Args:
            location: An object, or a prefix with several. Usually the training data, prediction column first.
            format: How it is stored.
        """
        return _Dataset(location, format)

    @staticmethod
    def from_asset(path: str | Path, format: DatasetFormat) -> Baseline:
        """Computed from a file beside the app, which is uploaded with the deployment.

        Args:
            path: The file.
            format: How it is stored.
        """
        return _DatasetAsset(Path(path), format)

    @staticmethod
    def from_files(*, constraints: S3Location, statistics: S3Location | None = None) -> Baseline:
        """Taken from files that exist; no job runs.

        Args:
            constraints: A `constraints.json`, or Clarify's `analysis.json` for bias and explainability. Overrides are
                applied to a copy of it.
            statistics: A `statistics.json`. Default: none, which is enough for bias and explainability.
        """
        return _Files(constraints, statistics)

    @staticmethod
    def from_model_package(model_package: str, *, files: S3Location) -> Baseline:
        """Taken from the drift-check baselines that a model package of the registry names; no job runs.

        Args:
            model_package: ARN of a version, or the name of an unversioned package. A package without the files that
                this kind of monitor needs fails the deployment with a list of what it has.
            files: Where these files lie: the deployment is allowed to read there and nowhere else.

        Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DriftCheckBaselines.html

        Raises:
            ConfigurationError: Neither an ARN nor a name.
        """
        if not Token.is_unresolved(model_package) and not _MODEL_PACKAGE.match(model_package):
            raise ConfigurationError(
                got=f"model_package={model_package!r}",
                expected="the ARN of a version, or the name of an unversioned package",
                fix="write arn:aws:sagemaker:<region>:<account>:model-package/<group>/<version>",
            )
        return _ModelPackage(model_package, files)

    @abstractmethod
    def bind(self, scope: Construct) -> BaselineSource:
        """Makes what the source needs, and describes it."""


@dataclass(frozen=True)
class _Dataset(Baseline):
    location: S3Location
    format: DatasetFormat

    def bind(self, scope: Construct) -> BaselineSource:
        return _dataset_source(self.location, self.format)


@dataclass(frozen=True)
class _DatasetAsset(Baseline):
    path: Path
    format: DatasetFormat

    def bind(self, scope: Construct) -> BaselineSource:
        if not self.path.is_file():
            raise ConfigurationError(
                got=f"baseline dataset {str(self.path)!r}",
                expected="an existing file",
                fix="check the path; for a folder in S3 use Baseline.from_dataset",
            )
        asset = s3_assets.Asset(scope, "Dataset", path=str(self.path.resolve()))
        return _dataset_source(S3Location(asset.s3_bucket_name, asset.s3_object_key), self.format)


@dataclass(frozen=True)
class _Files(Baseline):
    constraints: S3Location
    statistics: S3Location | None

    def bind(self, scope: Construct) -> BaselineSource:
        files = {"constraints": self.constraints}
        if self.statistics is not None:
            files["statistics"] = self.statistics
        document = {"files": {name: location.uri for name, location in files.items()}}
        return BaselineSource(document, list(files.values()), needs_job=False)


@dataclass(frozen=True)
class _ModelPackage(Baseline):
    model_package: str
    files: S3Location

    def bind(self, scope: Construct) -> BaselineSource:
        return BaselineSource(
            {"model_package": self.model_package}, [self.files], needs_job=False, model_package=self.model_package
        )


def _dataset_source(location: S3Location, dataset_format: DatasetFormat) -> BaselineSource:
    document = {"dataset": {"uri": location.uri, "format": dataset_format.document}}
    return BaselineSource(document, [location], needs_job=True)
