"""The properties of `Custom::ModelMonitorBaseline` as types: those of every baseline; a kind has more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.clarify.kind import Clarify
from baseline.data_quality.kind import DataQuality
from baseline.data_quality.settings import parse_settings
from baseline.errors import BaselineError
from baseline.kind import Kind
from baseline.model_quality.kind import ModelQuality
from baseline.monitor_type import MonitorType
from baseline.reader import Reader
from baseline.source.forms import Dataset, Source, parse_source
from shared.s3 import S3Uri


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
    """What the stack asks for; see lambda/README.md for each property."""

    name: str
    schedule: str | None
    endpoint: str | None
    kind: Kind
    source: Source
    output: S3Uri
    output_kms_key_id: str | None
    job: JobSettings | None
    deployment_metric: Metric | None


def parse_properties(raw: Mapping[str, Any]) -> Properties:
    """Read the `ResourceProperties` of a request.

    Raises:
        BaselineError: A property is missing, malformed, or does not go with another one.
    """
    reader = Reader(raw)
    monitor_type = _monitor_type(reader)
    source = parse_source(reader, monitor_type)
    return Properties(
        name=_name(reader),
        schedule=reader.optional_text("ScheduleName"),
        endpoint=reader.optional_text("Endpoint"),
        kind=_kind(reader, source, monitor_type),
        source=source,
        output=reader.uri("OutputUri"),
        output_kms_key_id=reader.optional_text("OutputKmsKeyId"),
        job=_job_settings(reader) if isinstance(source, Dataset) else None,
        deployment_metric=_deployment_metric(reader),
    )


def _monitor_type(reader: Reader) -> MonitorType:
    text = reader.text("MonitorType")
    try:
        return MonitorType(text)
    except ValueError:
        choices = ", ".join(item.value for item in MonitorType)
        raise BaselineError(f"MonitorType: got {text!r}, expected one of {choices}") from None


def _kind(reader: Reader, source: Source, monitor_type: MonitorType) -> Kind:
    if monitor_type is MonitorType.DATA_QUALITY:
        return DataQuality(parse_settings(reader, source))
    if monitor_type is MonitorType.MODEL_QUALITY:
        return ModelQuality.of(reader)
    return Clarify.of(reader, source, monitor_type)


def _name(reader: Reader) -> str:
    name = reader.text("Name")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise BaselineError(f"Name: got {name!r}, expected up to 40 of a-z, 0-9 and '-', the first one no '-'")
    return name


def _job_settings(reader: Reader) -> JobSettings:
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


def _deployment_metric(reader: Reader) -> Metric | None:
    content = reader.json("DeploymentMetric", dict, {})
    if not content:
        return None
    if set(content) != {"Namespace", "Dimensions"}:
        raise BaselineError(f"DeploymentMetric: got {content!r}, expected Namespace and Dimensions")
    return Metric(content["Namespace"], content["Dimensions"])
