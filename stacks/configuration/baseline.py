"""What a monitor compares with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Tag, model_validator

from model_monitor import Baseline, DatasetFormat
from stacks.configuration.base import StrictModel, by_key, refuse
from stacks.configuration.values import LocalFile, Location, Version

if TYPE_CHECKING:
    from stacks.imports import Imports

_FORMAT_OF_ENDING: dict[str, Literal["csv", "json_lines", "parquet"]] = {
    ".csv": "csv",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".parquet": "parquet",
}


class CsvOptions(StrictModel):
    """How a CSV file is written."""

    header: bool
    """Whether the first line names the columns. Without one, they are called `_c0`, `_c1` and so on."""


class Csv(StrictModel):
    """Comma-separated values."""

    csv: CsvOptions
    """How the file is written."""

    def build(self) -> DatasetFormat:
        """Return the library's format."""
        return DatasetFormat.csv(header=self.csv.header)


Format = Annotated[
    Annotated[Literal["csv", "json_lines", "parquet"], Tag("<text>")] | Annotated[Csv, Tag("<csv>")],
    by_key(
        "csv", words=("csv", "json_lines", "parquet"), expected="csv, json_lines, parquet or {csv: {header: false}}"
    ),
]


class DatasetBaseline(StrictModel):
    """Computed from a dataset in S3, by a job during the deployment. It runs again when the dataset changes."""

    dataset: Location
    """The data: an object, or a prefix with several. For data quality, columns in the order of the captured records,
    the model's output first; the other monitors find columns by their names."""
    format: Format | None = None
    """How it is stored. Left out: told from the ending .csv, .jsonl or .parquet."""
    version: Version | None = None
    """Any text, such as a date. Change it when you overwrite the data in place: a deployment looks at them only when
    this file changes. Not needed where new data get a new name."""

    @model_validator(mode="after")
    def _require_format(self) -> DatasetBaseline:
        address = self.dataset if isinstance(self.dataset, str) else self.dataset.location
        if self.format is None and format_of(address) is None:
            raise refuse(expected="a 'format' where the address has no known ending", fix="add 'format: csv'")
        return self

    def build(self, imports: Imports) -> Baseline:
        """Return the library's baseline."""
        with imports.at("dataset"):
            dataset = imports.location(self.dataset)
        return Baseline.from_dataset(dataset, _known_format(self.format, dataset.key), version=self.version)


class FileBaseline(StrictModel):
    """Computed from a file beside this one, which is uploaded with the deployment."""

    file: LocalFile
    """The data, relative to this file. For data quality, columns in the order of the captured records, the model's
    output first; the other monitors find columns by their names."""
    format: Format | None = None
    """How it is stored. Left out: told from the ending .csv, .jsonl or .parquet."""

    @model_validator(mode="after")
    def _require_format(self) -> FileBaseline:
        if self.format is None and format_of(self.file.name) is None:
            raise refuse(expected="a 'format' where the file has no known ending", fix="add 'format: csv'")
        return self

    def build(self, imports: Imports) -> Baseline:  # noqa: ARG002 # as the other kinds
        """Return the library's baseline."""
        return Baseline.from_asset(self.file, _known_format(self.format, self.file.name))


class FilesBaseline(StrictModel):
    """Taken from files that an earlier baseline job wrote; no job runs."""

    constraints: Location
    """A `constraints.json`, or Clarify's `analysis.json` for bias and explainability. Overrides are applied to a
    copy."""
    statistics: Location | None = None
    """A `statistics.json`; needed for data quality and model quality."""
    version: Version | None = None
    """Any text; change it when you overwrite the files in place."""

    def build(self, imports: Imports) -> Baseline:
        """Return the library's baseline."""
        with imports.at("constraints"):
            constraints = imports.location(self.constraints)
        with imports.at("statistics"):
            statistics = imports.location(self.statistics) if self.statistics else None
        return Baseline.from_files(constraints=constraints, statistics=statistics, version=self.version)


class ModelPackageBaseline(StrictModel):
    """Taken from the drift-check baselines of a model package in the registry; no job runs."""

    model_package: str
    """ARN of a version, or name of an unversioned package."""
    files: Location
    """Where the files lie that the package names: the deployment may read there and nowhere else."""

    def build(self, imports: Imports) -> Baseline:
        """Return the library's baseline."""
        with imports.at("files"):
            files = imports.location(self.files)
        return Baseline.from_model_package(self.model_package, files=files)


BaselineConfig = Annotated[
    Annotated[DatasetBaseline, Tag("<dataset>")]
    | Annotated[FileBaseline, Tag("<file>")]
    | Annotated[FilesBaseline, Tag("<constraints>")]
    | Annotated[FilesBaseline, Tag("<statistics>")]
    | Annotated[ModelPackageBaseline, Tag("<model_package>")],
    by_key(
        "dataset",
        "file",
        "constraints",
        "statistics",
        "model_package",
        expected="{dataset: s3://...}, {file: train.csv}, {statistics: s3://..., constraints: s3://...} "
        "or {model_package: arn:..., files: s3://...}",
    ),
]


def format_of(name: str) -> Literal["csv", "json_lines", "parquet"] | None:
    """The format that a name's ending stands for, if it does."""
    return _FORMAT_OF_ENDING.get(PurePosixPath(name).suffix.lower())


def captured_format(config: Format | None) -> DatasetFormat | None:
    """Return how batch transform and capture writers store rows; CSV has no header line unless the file says so."""
    return None if config in (None, "csv") else _built(config)


def _known_format(config: Format | None, name: str) -> DatasetFormat:
    known = config or format_of(name)
    assert known is not None, "the configuration model requires a format where the name has none"
    return _built(known)


def _built(config: Format) -> DatasetFormat:
    if isinstance(config, Csv):
        return config.build()
    factory: Callable[[], DatasetFormat] = getattr(DatasetFormat, config)
    return factory()
