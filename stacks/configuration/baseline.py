"""What a monitor compares the traffic with."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Tag, model_validator

from stacks.configuration.base import StrictModel, by_key, refuse
from stacks.configuration.values import LocalFile, Location

_FORMAT_OF_ENDING: dict[str, Literal["csv", "json_lines", "parquet"]] = {
    ".csv": "csv",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".parquet": "parquet",
}


class CsvOptions(StrictModel):
    """How a CSV file is written."""

    header: bool = True
    """Whether the first line names the columns. Without one, features are called `_c0`, `_c1` and so on."""


class Csv(StrictModel):
    """Comma-separated values."""

    csv: CsvOptions
    """How the file is written."""


Format = Annotated[
    Annotated[Literal["csv", "json_lines", "parquet"], Tag("<text>")] | Annotated[Csv, Tag("<csv>")],
    by_key(
        "csv", words=("csv", "json_lines", "parquet"), expected="csv, json_lines, parquet or {csv: {header: false}}"
    ),
]


class DatasetBaseline(StrictModel):
    """Computed from a dataset in S3, by a job during the deployment. It runs again when the dataset changes."""

    dataset: Location
    """The training data: an object, or a prefix with several. Columns in the order of the captured records, the
    endpoint's output first."""
    format: Format | None = None
    """How it is stored. Left out: told from the ending .csv, .jsonl or .parquet."""

    @model_validator(mode="after")
    def _require_format(self) -> DatasetBaseline:
        address = self.dataset if isinstance(self.dataset, str) else self.dataset.location
        if self.format is None and format_of(address) is None:
            raise refuse(expected="a 'format' where the address has no known ending", fix="add 'format: csv'")
        return self


class FileBaseline(StrictModel):
    """Computed from a file beside this one, which is uploaded with the deployment."""

    file: LocalFile
    """The training data, relative to this file. Columns in the order of the captured records, the endpoint's output
    first."""
    format: Format | None = None
    """How it is stored. Left out: told from the ending .csv, .jsonl or .parquet."""

    @model_validator(mode="after")
    def _require_format(self) -> FileBaseline:
        if self.format is None and format_of(self.file.name) is None:
            raise refuse(expected="a 'format' where the file has no known ending", fix="add 'format: csv'")
        return self


class FilesBaseline(StrictModel):
    """Taken from files that an earlier baseline job wrote; no job runs."""

    statistics: Location
    """A `statistics.json`."""
    constraints: Location
    """A `constraints.json`. Overrides are applied to a copy."""


BaselineConfig = Annotated[
    Annotated[DatasetBaseline, Tag("<dataset>")]
    | Annotated[FileBaseline, Tag("<file>")]
    | Annotated[FilesBaseline, Tag("<statistics>")],
    by_key(
        "dataset",
        "file",
        "statistics",
        expected="{dataset: s3://...}, {file: train.csv} or {statistics: s3://..., constraints: s3://...}",
    ),
]


def format_of(name: str) -> Literal["csv", "json_lines", "parquet"] | None:
    """The format that a name's ending stands for, if it does."""
    return _FORMAT_OF_ENDING.get(PurePosixPath(name).suffix.lower())
