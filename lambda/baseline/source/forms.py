"""Where a baseline comes from: training data, files that exist already, or a model package of the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.errors import BaselineError
from baseline.monitor_type import MonitorType
from baseline.reader import Reader, parse_uri
from shared.s3 import S3Uri


@dataclass(frozen=True)
class Dataset:
    """Training data in S3: an object or a key prefix, and its format in the analyzer's words (`dataset_format`)."""

    uri: S3Uri
    format: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """`csv`, `json` or `parquet`."""
        return next(iter(self.format))

    @property
    def has_header(self) -> bool:
        """Whether the first line of a CSV file holds the column names."""
        # AWS's own clients send the boolean as well as the text.
        return self.kind == "csv" and str(self.format["csv"].get("header", True)).lower() == "true"


@dataclass(frozen=True)
class BaselineFiles:
    """Files that exist already, so that no job is needed; which ones there are depends on the monitor type."""

    constraints: S3Uri
    statistics: S3Uri | None = None
    config: S3Uri | None = None

    @property
    def uris(self) -> tuple[S3Uri, ...]:
        """Those that there are."""
        return tuple(uri for uri in (self.statistics, self.constraints, self.config) if uri)


@dataclass(frozen=True)
class ModelPackage:
    """A version of a model in SageMaker's registry, whose `DriftCheckBaselines` name the files."""

    name: str


Source = Dataset | BaselineFiles | ModelPackage


def parse_source(reader: Reader, monitor_type: MonitorType) -> Source:
    """Read the property `Source`.

    Raises:
        BaselineError: It is none of the three forms.
    """
    content = reader.json("Source", dict)
    if set(content) == {"dataset"}:
        uri, dataset_format = content["dataset"].get("uri"), content["dataset"].get("format")
        if not isinstance(dataset_format, dict) or set(dataset_format) not in ({"csv"}, {"json"}, {"parquet"}):
            raise BaselineError(
                f'Source.dataset.format: got {dataset_format!r}, expected {{"csv": {{"header": true}}}}, '
                '{"json": {"lines": true}} or {"parquet": {}}'
            )
        return Dataset(parse_uri("Source.dataset.uri", uri), dataset_format)
    if set(content) == {"files"}:
        return _files(content["files"], monitor_type)
    if set(content) == {"model_package"}:
        if not isinstance(content["model_package"], str) or not content["model_package"]:
            raise BaselineError(
                f"Source.model_package: got {content['model_package']!r}, expected the ARN or name of a model package"
            )
        return ModelPackage(content["model_package"])
    raise BaselineError(
        f"Source: got the keys {', '.join(sorted(content))}, expected one of dataset, files and model_package"
    )


def _files(content: Mapping[str, Any], monitor_type: MonitorType) -> BaselineFiles:
    statistics = content.get("statistics")
    needs_statistics = monitor_type is MonitorType.DATA_QUALITY
    return BaselineFiles(
        constraints=parse_uri("Source.files.constraints", content.get("constraints")),
        statistics=parse_uri("Source.files.statistics", statistics) if statistics or needs_statistics else None,
    )
