"""The properties of `Custom::ModelMonitorBaseline` as types.

CloudFormation turns every scalar into a string, so numbers arrive as "20" and structured options as JSON texts. All
of that is undone here, and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from baseline.errors import BaselineError
from baseline.overrides import Overrides, parse_overrides
from shared.s3 import S3Uri

_MISSING = object()


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
    """Statistics and constraints that exist already, so that no job is needed."""

    statistics: S3Uri
    constraints: S3Uri


@dataclass(frozen=True)
class JobSettings:
    """How the processing job runs; the mappings are in the words of `CreateProcessingJob`."""

    role_arn: str
    image_uri: str
    cluster: Mapping[str, Any]
    network: Mapping[str, Any]
    max_runtime_seconds: int
    environment: Mapping[str, str]
    tags: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric namespace with dimensions."""

    namespace: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Properties:
    """What the stack asks for; see README.md for each property."""

    name: str
    endpoint: str | None
    source: Dataset | BaselineFiles
    output: S3Uri
    output_kms_key_id: str | None
    job: JobSettings | None
    preprocessor_uri: str | None
    postprocessor_uri: str | None
    categorical: Literal["auto"] | tuple[str, ...]
    overrides: Overrides
    overrides_hash: str
    features: tuple[str, ...]
    mean_shift: Mapping[str, float]
    deployment_metric: Metric | None


def parse_properties(raw: Mapping[str, Any]) -> Properties:
    """Read the `ResourceProperties` of a request.

    Raises:
        BaselineError: A property is missing, malformed, or does not go with another one.
    """
    reader = _Reader(raw)
    monitor_type = reader.text("MonitorType")
    if monitor_type != "DataQuality":
        raise BaselineError(f"MonitorType: got {monitor_type!r}, expected DataQuality")
    source = _source(reader)
    overrides = reader.json("Overrides", dict, {})
    properties = Properties(
        name=_name(reader),
        endpoint=reader.optional_text("Endpoint"),
        source=source,
        output=reader.uri("OutputUri"),
        output_kms_key_id=reader.optional_text("OutputKmsKeyId"),
        job=_job_settings(reader) if isinstance(source, Dataset) else None,
        preprocessor_uri=reader.optional_text("PreprocessorUri"),
        postprocessor_uri=reader.optional_text("PostprocessorUri"),
        categorical=_categorical(reader),
        overrides=parse_overrides(overrides),
        overrides_hash=digest(overrides, 12),
        features=_texts("Features", reader.json("Features", list, [])),
        mean_shift=_mean_shift(reader),
        deployment_metric=_deployment_metric(reader),
    )
    if properties.categorical and properties.preprocessor_uri:
        raise BaselineError(
            "got both Categorical and PreprocessorUri, expected one: Categorical works through a preprocessing script "
            "of its own; convert the columns in your script, or leave it out"
        )
    if properties.categorical and isinstance(source, BaselineFiles):
        raise BaselineError(
            "got Categorical with baseline files that exist already, expected a dataset: the files must be made from "
            "the converted columns"
        )
    return properties


def digest(content: object, length: int) -> str:
    """Return the first hexadecimal digits of the SHA-256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:length]


class _Reader:
    """Takes single properties out of the request; an empty text counts as absent."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def optional_text(self, name: str) -> str | None:
        value = self._raw.get(name)
        return None if value in (None, "") else str(value)

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if value is None:
            raise BaselineError(f"property {name} is missing")
        return value

    def uri(self, name: str) -> S3Uri:
        return _uri(name, self.text(name))

    def integer(self, name: str) -> int:
        value = self.text(name)
        if not value.isdecimal():
            raise BaselineError(f"{name}: got {value!r}, expected a whole number")
        return int(value)

    def json(self, name: str, kind: type, default: object = _MISSING) -> Any:  # noqa: ANN401 - the caller names the kind
        if self.optional_text(name) is None and default is not _MISSING:
            return default
        value = self.text(name)
        try:
            content = json.loads(value)
        except ValueError as error:
            raise BaselineError(f"{name}: got {value!r}, expected JSON ({error})") from error
        if not isinstance(content, kind):
            raise BaselineError(f"{name}: got {value!r}, expected a JSON {'object' if kind is dict else 'list'}")
        return content


def _name(reader: _Reader) -> str:
    name = reader.text("Name")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise BaselineError(f"Name: got {name!r}, expected up to 40 of a-z, 0-9 and '-', the first one no '-'")
    return name


def _source(reader: _Reader) -> Dataset | BaselineFiles:
    content = reader.json("Source", dict)
    if set(content) == {"dataset"}:
        uri, dataset_format = content["dataset"].get("uri"), content["dataset"].get("format")
        if not isinstance(dataset_format, dict) or set(dataset_format) not in ({"csv"}, {"json"}, {"parquet"}):
            raise BaselineError(
                f'Source.dataset.format: got {dataset_format!r}, expected {{"csv": {{"header": true}}}}, '
                '{"json": {"lines": true}} or {"parquet": {}}'
            )
        return Dataset(_uri("Source.dataset.uri", uri), dataset_format)
    if set(content) == {"files"}:
        files = content["files"]
        return BaselineFiles(
            _uri("Source.files.statistics", files.get("statistics")),
            _uri("Source.files.constraints", files.get("constraints")),
        )
    raise BaselineError(f"Source: got the keys {', '.join(sorted(content))}, expected either dataset or files")


def _uri(where: str, value: object) -> S3Uri:
    try:
        return S3Uri.parse(str(value))
    except ValueError as error:
        raise BaselineError(f"{where}: {error}") from error


def _job_settings(reader: _Reader) -> JobSettings:
    cluster = reader.json("Compute", dict)
    missing = sorted({"InstanceType", "InstanceCount", "VolumeSizeInGB"} - set(cluster))
    if missing:
        raise BaselineError(f"Compute: {', '.join(missing)} is missing")
    numbers = {key: int(cluster[key]) for key in ("InstanceCount", "VolumeSizeInGB")}
    return JobSettings(
        role_arn=reader.text("RoleArn"),
        image_uri=reader.text("ImageUri"),
        cluster={**cluster, **numbers},
        network=reader.json("Network", dict, {}),
        max_runtime_seconds=reader.integer("MaxRuntimeInSeconds"),
        environment={str(key): str(value) for key, value in reader.json("Environment", dict, {}).items()},
        tags=tuple(reader.json("Tags", list, [])),
    )


def _categorical(reader: _Reader) -> Literal["auto"] | tuple[str, ...]:
    text = reader.optional_text("Categorical")
    # The word alone is accepted beside its JSON form: a text in a template is easily written without the inner quotes.
    if text in ("auto", '"auto"'):
        return "auto"
    return _texts("Categorical", reader.json("Categorical", list, []))


def _texts(where: str, values: list[object]) -> tuple[str, ...]:
    if not all(isinstance(value, str) and value for value in values):
        raise BaselineError(f"{where}: got {values!r}, expected a list of names")
    return tuple(dict.fromkeys(str(value) for value in values))


def _mean_shift(reader: _Reader) -> Mapping[str, float]:
    content = reader.json("MeanShift", dict, {})
    for feature, factor in content.items():
        if isinstance(factor, bool) or not isinstance(factor, int | float) or factor <= 0:
            raise BaselineError(
                f"MeanShift.{feature}: got {factor!r}, expected the allowed shift in standard deviations, above 0"
            )
    return {feature: float(factor) for feature, factor in content.items()}


def _deployment_metric(reader: _Reader) -> Metric | None:
    content = reader.json("DeploymentMetric", dict, {})
    if not content:
        return None
    if set(content) != {"Namespace", "Dimensions"}:
        raise BaselineError(f"DeploymentMetric: got {content!r}, expected Namespace and Dimensions")
    return Metric(content["Namespace"], content["Dimensions"])
