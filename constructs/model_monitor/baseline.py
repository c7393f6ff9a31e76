"""Where a baseline comes from: what a monitor compares the traffic with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from model_monitor.dataset import DatasetFormat
from model_monitor.errors import ConfigurationError
from model_monitor.s3_location import S3Location


@dataclass(frozen=True)
class BaselineSource:
    """Where a baseline comes from, as the baseline function is told.

    Attributes:
        document: The `Source` property of the custom resource.
        reads: What must be readable.
        needs_job: Whether a processing job computes the baseline.
    """

    document: dict[str, Any]
    reads: Sequence[S3Location]
    needs_job: bool


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
    def from_files(*, statistics: S3Location, constraints: S3Location) -> Baseline:
        """Taken from files that exist; no job runs.

        Args:
            statistics: A `statistics.json`.
            constraints: A `constraints.json`. Overrides are applied to a copy of it.
        """
        return _Files(statistics, constraints)

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
    statistics: S3Location
    constraints: S3Location

    def bind(self, scope: Construct) -> BaselineSource:
        document = {"files": {"statistics": self.statistics.uri, "constraints": self.constraints.uri}}
        return BaselineSource(document, [self.statistics, self.constraints], needs_job=False)


def _dataset_source(location: S3Location, dataset_format: DatasetFormat) -> BaselineSource:
    document = {"dataset": {"uri": location.uri, "format": dataset_format.document}}
    return BaselineSource(document, [location], needs_job=True)
