"""The properties of `Custom::ModelMonitorBaseline` as types.

What goes with which kind of monitor is decided here, so that everything after it can rely on the types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from baseline import clarify, model_quality
from baseline.clarify import ClarifySettings
from baseline.errors import BaselineError
from baseline.model_quality import Problem
from baseline.monitor_type import MonitorType
from baseline.overrides import Overrides, parse_overrides
from baseline.quality_limits import QualityLimits, parse_limits
from baseline.reader import Reader, digest, texts
from baseline.source import Dataset, ModelPackage, Source, parse_source
from shared.s3 import S3Uri

_ANALYZER = (MonitorType.DATA_QUALITY, MonitorType.MODEL_QUALITY)
_CLARIFY = (MonitorType.MODEL_BIAS, MonitorType.MODEL_EXPLAINABILITY)
# Which monitors know a property; those that are not listed belong to all.
_ONLY_FOR = {
    "Categorical": (MonitorType.DATA_QUALITY,),
    "Features": (MonitorType.DATA_QUALITY,),
    "MeanShift": (MonitorType.DATA_QUALITY,),
    "Overrides": _ANALYZER,
    "PreprocessorUri": _ANALYZER,
    "PostprocessorUri": _ANALYZER,
    "Problem": (MonitorType.MODEL_QUALITY,),
    "Metrics": (MonitorType.MODEL_QUALITY,),
    "AnalysisConfig": _CLARIFY,
    "BaselineConfig": _CLARIFY,
}


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
    monitor_type: MonitorType
    source: Source
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
    problem: Problem | None
    quality_limits: QualityLimits
    metrics: tuple[str, ...]
    clarify: ClarifySettings | None


def parse_properties(raw: Mapping[str, Any]) -> Properties:
    """Read the `ResourceProperties` of a request.

    Raises:
        BaselineError: A property is missing, malformed, or does not go with another one.
    """
    reader = Reader(raw)
    monitor_type = _monitor_type(reader)
    source = parse_source(reader, monitor_type)
    is_model_quality = monitor_type is MonitorType.MODEL_QUALITY
    overrides = reader.json("Overrides", dict, {})
    properties = Properties(
        name=_name(reader),
        endpoint=reader.optional_text("Endpoint"),
        monitor_type=monitor_type,
        source=source,
        output=reader.uri("OutputUri"),
        output_kms_key_id=reader.optional_text("OutputKmsKeyId"),
        job=_job_settings(reader) if isinstance(source, Dataset) else None,
        preprocessor_uri=reader.optional_text("PreprocessorUri"),
        postprocessor_uri=reader.optional_text("PostprocessorUri"),
        categorical=_categorical(reader),
        overrides=parse_overrides({} if is_model_quality else overrides),
        overrides_hash=digest(overrides, 12),
        features=texts("Features", reader.json("Features", list, [])),
        mean_shift=_mean_shift(reader),
        deployment_metric=_deployment_metric(reader),
        problem=_problem(reader, source) if is_model_quality else None,
        quality_limits=parse_limits(overrides if is_model_quality else {}),
        metrics=texts("Metrics", reader.json("Metrics", list, [])),
        clarify=_clarify(reader, source) if monitor_type.is_clarify else None,
    )
    if properties.categorical and properties.preprocessor_uri:
        raise BaselineError(
            "got both Categorical and PreprocessorUri, expected one: Categorical works through a preprocessing script "
            "of its own; convert the columns in your script, or leave it out"
        )
    if properties.categorical and not isinstance(source, Dataset):
        raise BaselineError(
            "got Categorical with baseline files that exist already, expected a dataset: the files must be made from "
            "the converted columns"
        )
    return properties


def _monitor_type(reader: Reader) -> MonitorType:
    text = reader.text("MonitorType")
    try:
        monitor_type = MonitorType(text)
    except ValueError:
        choices = ", ".join(item.value for item in MonitorType)
        raise BaselineError(f"MonitorType: got {text!r}, expected one of {choices}") from None
    strangers = [name for name, kinds in _ONLY_FOR.items() if reader.is_set(name) and monitor_type not in kinds]
    if strangers:
        kinds = " and ".join(item.value for item in _ONLY_FOR[strangers[0]])
        raise BaselineError(f"{strangers[0]}: is for {kinds}, got it with {text}; leave it out")
    return monitor_type


def _problem(reader: Reader, source: Source) -> Problem:
    return model_quality.parse_problem(reader.json("Problem", dict), needs_columns=isinstance(source, Dataset))


def _clarify(reader: Reader, source: Source) -> ClarifySettings:
    return clarify.parse_settings(reader, needs_config=not isinstance(source, ModelPackage))


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


def _categorical(reader: Reader) -> Literal["auto"] | tuple[str, ...]:
    text = reader.optional_text("Categorical")
    # The word alone is accepted beside its JSON form: a text in a template is easily written without the inner quotes.
    if text in ("auto", '"auto"'):
        return "auto"
    return texts("Categorical", reader.json("Categorical", list, []))


def _mean_shift(reader: Reader) -> Mapping[str, float]:
    content = reader.json("MeanShift", dict, {})
    for feature, factor in content.items():
        if isinstance(factor, bool) or not isinstance(factor, int | float) or factor <= 0:
            raise BaselineError(
                f"MeanShift.{feature}: got {factor!r}, expected the allowed shift in standard deviations, above 0"
            )
    return {feature: float(factor) for feature, factor in content.items()}


def _deployment_metric(reader: Reader) -> Metric | None:
    content = reader.json("DeploymentMetric", dict, {})
    if not content:
        return None
    if set(content) != {"Namespace", "Dimensions"}:
        raise BaselineError(f"DeploymentMetric: got {content!r}, expected Namespace and Dimensions")
    return Metric(content["Namespace"], content["Dimensions"])
