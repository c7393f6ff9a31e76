"""Where a baseline comes from: what a monitor compares the traffic with."""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from model_monitor.errors import ConfigurationError, OptionName, OptionPath, Setting, Shown, one_of
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.internal.checking import checked
from model_monitor.internal.files import is_file
from model_monitor.internal.stacks import KnownStack
from model_monitor.internal.statements import Statement
from model_monitor.internal.tokens import is_token
from model_monitor.s3_location import S3Location

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
_MODEL_PACKAGE = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:model-package/[A-Za-z0-9/-]{1,200}|[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
)


@checked
@dataclass(frozen=True)
class BaselineSource:
    """Where a baseline comes from, as the baseline function is told.

    Attributes:
        document: The `Source` property of the custom resource.
        reads: What must be readable.
        needs_job: Whether a processing job computes the baseline.
        model_package: ARN of the model package that names the files, if one does.
        columns: Names of the dataset's columns, if they are known at synthesis.
        version: What the user calls this state of the data; none if the name of an object stands for its content.
    """

    document: dict[str, Any]
    reads: Sequence[S3Location]
    needs_job: bool
    model_package: str | None = None
    columns: Sequence[str] | None = None
    version: str | None = None

    @property
    def dataset_format(self) -> dict[str, Any] | None:
        """How the dataset is stored; `None` without a dataset."""
        dataset = self.document.get("dataset")
        return dataset["format"] if dataset else None

    def require_statistics(self) -> None:
        """Check that files have statistics, where the monitor compares with them.

        Raises:
            ConfigurationError: There are constraints only.
        """
        if "files" in self.document and "statistics" not in self.document["files"]:
            raise ConfigurationError(
                option=("baseline", "statistics"),
                got="a baseline of files without statistics",
                expected="both files: this kind of monitor reads statistics.json, too",
                fix=("add ", Setting("statistics"), " with the same job's file"),
            )

    def require_columns(self, names: Iterable[str], *, option: OptionPath) -> None:
        """Check that a local dataset has columns.

        Args:
            names: Their names.
            option: Where they are named.

        Raises:
            ConfigurationError: The file's first line lacks one.
        """
        for name in names:
            if self.columns is not None and name not in self.columns and not is_token(name):
                raise ConfigurationError(
                    option=option,
                    got=("the column ", Shown(name)),
                    expected=one_of(self.columns),
                    fix="write the name as it is in the first line of the baseline's file",
                )

    def require_width(self, width: int, *, option: OptionPath) -> None:
        """Check that a local dataset has as many columns as are named.

        Args:
            width: How many names there are.
            option: Where they stand.

        Raises:
            ConfigurationError: The file's first line has more, or fewer.
        """
        if self.columns is not None and len(self.columns) != width:
            raise ConfigurationError(
                option=option,
                got=(f"{width} names in ", OptionName(option)),
                expected=(f"{len(self.columns)}, as many as the baseline's file has columns: ", Shown(self.columns)),
                fix=("name all columns in the order of the file, or leave ", OptionName(option), " out: it has names"),
            )

    def require_no_parquet(self, option: str) -> None:
        """Check that the dataset can be changed by a script.

        Args:
            option: The option that needs a script.

        Raises:
            ConfigurationError: It is Parquet; the container fails with "Preprocessor script not supported".
        """
        if "parquet" in (self.dataset_format or {}):
            raise ConfigurationError(
                option=option,
                got=(OptionName(option), " with a dataset in Parquet"),
                expected="CSV or JSON lines: the analyzer runs no script on Parquet",
                fix=("store the dataset as CSV, or leave ", OptionName(option), " out"),
            )

    def statements(self, stack: KnownStack) -> list[Statement]:
        """What the baseline function must be allowed beyond reading files."""
        if self.model_package is None:
            return []
        arn = self.model_package
        if not is_token(arn) and not arn.startswith("arn:"):
            arn = stack.format_arn(service="sagemaker", resource="model-package", resource_name=arn)
        return [Statement(actions=["sagemaker:DescribeModelPackage"], resources=[arn])]


@checked
class Baseline(ABC):
    """What normal traffic looks like. Use the factories."""

    @staticmethod
    @checked
    def from_dataset(location: S3Location, format: DatasetFormat, *, version: str | None = None) -> Baseline:
        """Computed from a dataset in S3, by a processing job during the deployment.

        The job runs again only when the dataset, its format or the scripts change; its files are kept under a prefix
        of their own, so that a rollback finds the earlier ones.

        CloudFormation waits one hour for it at most: a job is stopped after 50 minutes, each of the two that
        `categorical="auto"` and listed columns of Parquet need after 22. For a larger dataset take a bigger instance,
        or compute the files elsewhere and use `from_files`.

        Args:
            location: An object, or a prefix with several. Usually the training data, prediction column first.
            format: How it is stored.
            version: Any text, such as a date. CloudFormation looks at the dataset only when something in the template
                changes: change this text when you overwrite the objects in place. Whether the job must run is still
                decided by their content. Not needed where new data get a new name.

        Raises:
            ConfigurationError: An empty version.
        """
        return _Dataset(location, format, _checked_version(version))

    @staticmethod
    @checked
    def from_asset(path: str | Path, format: DatasetFormat) -> Baseline:
        """Computed from a file beside the app, which is uploaded with the deployment.

        Args:
            path: The file.
            format: How it is stored.
        """
        return _DatasetAsset(Path(path), format)

    @staticmethod
    @checked
    def from_files(
        *, constraints: S3Location, statistics: S3Location | None = None, version: str | None = None
    ) -> Baseline:
        """Taken from files that exist; no job runs.

        Args:
            constraints: A `constraints.json`, or Clarify's `analysis.json` for bias and explainability. Overrides are
                applied to a copy of it.
            statistics: A `statistics.json`. Default: none, which is enough for bias and explainability.
            version: As of `from_dataset`: change it when you overwrite the files in place.

        Raises:
            ConfigurationError: An empty version.
        """
        return _Files(constraints, statistics, _checked_version(version))

    @staticmethod
    @checked
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
        if not is_token(model_package) and not _MODEL_PACKAGE.fullmatch(model_package):
            raise ConfigurationError(
                option="model_package",
                value=model_package,
                expected="the ARN of a version, or the name of an unversioned package",
                fix="write arn:aws:sagemaker:<region>:<account>:model-package/<group>/<version>",
            )
        return _ModelPackage(model_package, files)

    is_computed: ClassVar[bool] = False
    """Whether a job computes it, which then suggests the service's own limits."""

    @abstractmethod
    def bind(self, scope: Construct) -> BaselineSource:
        """Make what the source needs, and describe it."""


@dataclass(frozen=True)
class _Dataset(Baseline):
    is_computed = True

    location: S3Location
    format: DatasetFormat
    version: str | None

    def bind(self, scope: Construct) -> BaselineSource:
        return replace(_dataset_source(self.location, self.format), version=self.version)


@dataclass(frozen=True)
class _DatasetAsset(Baseline):
    is_computed = True

    path: Path
    format: DatasetFormat

    def bind(self, scope: Construct) -> BaselineSource:
        if not is_file(self.path):
            raise ConfigurationError(
                option="baseline",
                got=f"baseline dataset {str(self.path)!r}",
                expected="an existing file",
                fix="check the path; a dataset may also lie in S3",
            )
        columns = _columns(self.path, self.format)
        _require_data(self.path, columns)
        asset = s3_assets.Asset(scope, "Dataset", path=str(self.path.resolve()))
        location = S3Location(asset.s3_bucket_name, asset.s3_object_key)
        return replace(_dataset_source(location, self.format), columns=columns)


@dataclass(frozen=True)
class _Files(Baseline):
    constraints: S3Location
    statistics: S3Location | None
    version: str | None

    def bind(self, scope: Construct) -> BaselineSource:
        files = {"constraints": self.constraints}
        if self.statistics is not None:
            files["statistics"] = self.statistics
        document = {"files": {name: location.uri for name, location in files.items()}}
        return BaselineSource(document, list(files.values()), needs_job=False, version=self.version)


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


def _checked_version(version: str | None) -> str | None:
    if version is not None and not version.strip():
        raise ConfigurationError(
            option="version",
            value=version,
            expected="a text that changes when the data change, such as a date",
            fix=("leave ", OptionName("version"), " out, or write the date of the data"),
        )
    return version


def _columns(path: Path, dataset_format: DatasetFormat) -> list[str] | None:
    """Names in the first line of a CSV file; `None` where there are none, or nobody could read them."""
    if not dataset_format.document.get("csv", {}).get("header"):
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), None)
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def _require_data(path: Path, columns: Sequence[str] | None) -> None:
    """Check that a local file can make a baseline, as far as its beginning tells."""
    repeated = sorted({name for name in columns or () if (columns or ()).count(name) > 1})
    with path.open("rb") as file:
        lines = sum(1 for line in islice(file, 100) if line.strip())
    needed = 1 if columns is None else 2
    if lines < needed or repeated:
        raise ConfigurationError(
            option="baseline",
            got=f"the dataset {str(path)!r} with "
            + (f"the column {repeated[0]!r} twice" if repeated else f"{'a header and ' if lines else ''}no records"),
            expected="every column once" if repeated else "records, from which the baseline is computed",
            fix="rename one of the two" if repeated else "check that it is the right file",
        )
