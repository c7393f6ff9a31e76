"""Data capture: the copies of requests and responses that a monitor reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import Annotations, aws_iam as iam
from aws_cdk.interfaces.aws_s3 import IBucketRef
from constructs import IConstruct

from model_monitor.errors import ConfigurationError, OptionName, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.references import target_of
from model_monitor.internal.tokens import is_token
from model_monitor.s3_location import S3Location

_CONTENT_TYPE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*")
_MAX_CONTENT_TYPES = 10
_MAX_CONTENT_TYPE = 256
_MAX_PERCENT = 100


class CaptureMode(Enum):
    """Which side of a call is kept."""

    INPUT = ("Input",)
    OUTPUT = ("Output",)
    INPUT_AND_OUTPUT = ("Input", "Output")


@checked
class DataCapture(cdk.Mixin):
    """Turn data capture on for an endpoint configuration.

    A mixin: apply it to any `CfnEndpointConfig`, with `apply_to` or with CDK's `with_`. The model's execution role
    writes the records, so it needs `grant_write` (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html).

    Attributes:
        mode: Which side of a call is kept.
        location: Where records are written, as `<endpoint>/<variant>/yyyy/mm/dd/hh/*.jsonl` below it.

    Example:
        ```python
        capture = DataCapture.to(bucket, "capture", sampling=20)
        capture.apply_to(endpoint_config)
        capture.grant_write(model_role)
        ```
    """

    def __init__(
        self,
        *,
        location: S3Location,
        sampling: int = _MAX_PERCENT,
        mode: CaptureMode = CaptureMode.INPUT_AND_OUTPUT,
        csv_content_types: Sequence[str] = ("text/csv",),
        json_content_types: Sequence[str] = ("application/json", "application/jsonlines"),
    ) -> None:
        """Describe the capture.

        Args:
            location: Where records go; a bucket in the endpoint's region. If it has an encryption key, records are
                encrypted with it.
            sampling: Percentage of the calls that are kept, 1 to 100. Default: all of them.
            mode: Which side of a call is kept. Default: both; monitors need both.
            csv_content_types: Content types kept as CSV text. Others than these and the JSON ones are kept as base64,
                which the analyzer cannot turn into columns.
            json_content_types: Content types kept as JSON text.

        Raises:
            ConfigurationError: The sampling or a content type is not what the service accepts.
        """
        super().__init__()
        if not is_token(sampling) and not 1 <= sampling <= _MAX_PERCENT:
            raise ConfigurationError(
                option="sampling",
                value=sampling,
                expected="a whole percentage from 1 to 100",
                fix="write 20 for a fifth of the calls, not 0.2",
            )
        for name, types in (("csv_content_types", csv_content_types), ("json_content_types", json_content_types)):
            _require_content_types(name, types)
        both = sorted(set(csv_content_types) & set(json_content_types))
        if both:
            raise ConfigurationError(
                option="json_content_types",
                got=(Shown(both), " as CSV and as JSON"),
                expected="each content type once",
                fix="remove it from one of the two",
            )
        self.location = location
        self.mode = mode
        self._sampling = sampling
        self._configs: list[cdk.aws_sagemaker.CfnEndpointConfig] = []
        self._csv_content_types = list(csv_content_types)
        self._json_content_types = list(json_content_types)

    @classmethod
    @checked
    def to(
        cls,
        bucket: IBucketRef,
        prefix: str = "capture",
        *,
        sampling: int = _MAX_PERCENT,
        mode: CaptureMode = CaptureMode.INPUT_AND_OUTPUT,
    ) -> DataCapture:
        """Capture into a bucket, with the defaults for everything else.

        Args:
            bucket: The bucket; its key encrypts the records.
            prefix: Where below. Default: `capture`.
            sampling: Percentage of the calls that are kept. Default: all of them.
            mode: Which side of a call is kept. Default: both.
        """
        return cls(location=S3Location.of(bucket, prefix), sampling=sampling, mode=mode)

    def supports(self, construct: IConstruct) -> bool:
        """Whether this is an endpoint configuration."""
        return isinstance(construct, cdk.aws_sagemaker.CfnEndpointConfig)

    @jsii.member(jsii_name="applyTo")
    def apply_to(self, construct: IConstruct) -> None:
        """Set the capture configuration.

        Args:
            construct: A `CfnEndpointConfig`.

        Raises:
            ConfigurationError: Not an endpoint configuration, one that captures already, or a serverless one.
        """
        if not isinstance(construct, cdk.aws_sagemaker.CfnEndpointConfig):
            raise ConfigurationError(
                got=f"{type(construct).__name__} {construct.node.path!r}",
                expected="a CfnEndpointConfig",
                fix="apply the capture to the endpoint's configuration, not to the endpoint",
            )
        config = construct
        if config.data_capture_config is not None:
            raise ConfigurationError(
                got=f"endpoint configuration {config.node.path!r} that already has a data capture configuration",
                expected="one without",
                fix="remove data_capture_config there, or do not apply DataCapture",
            )
        _require_real_time(config)
        if config.endpoint_config_name is not None:
            Annotations.of(config).add_warning_v2(
                "model-monitor:pinnedEndpointConfigName",
                "endpoint_config_name is set, but every change of an endpoint configuration replaces it: "
                "CloudFormation will fail because the name is taken. Leave the name out.",
            )
        config.data_capture_config = self._property()
        self._configs.append(config)

    def faults_of(self, endpoint: cdk.aws_sagemaker.CfnEndpoint) -> list[str]:
        """Return why the capture copies nothing of an endpoint's traffic, as far as the app tells; empty if it may."""
        config = target_of(endpoint.endpoint_config_name)
        if not isinstance(config, cdk.aws_sagemaker.CfnEndpointConfig):
            return []
        if config in self._configs and config.data_capture_config is not None:
            try:
                _require_real_time(config)  # it may have become another kind since
            except ConfigurationError as wrong_kind:
                return [str(wrong_kind)]
            return []
        error = ConfigurationError(
            option="capture",
            got=f"a capture that was not applied to the endpoint's configuration {config.node.path!r}",
            expected="one that was: nothing would be captured, and every run would find no data",
            fix=f"call capture.apply_to(...) with that configuration, before {endpoint.node.path!r} is monitored",
        )
        return [str(error)]

    def grant_write(self, role: iam.IGrantable) -> None:
        """Let the model's execution role (the one given as `execution_role_arn` to the model) write records."""
        self.location.grant_write(role)

    def to_document(self) -> dict[str, Any]:
        """The `DataCaptureConfig` of SageMaker's API."""
        key = self.location.encryption_key
        content_types = {
            name: types
            for name, types in (
                ("CsvContentTypes", self._csv_content_types),
                ("JsonContentTypes", self._json_content_types),
            )
            if types
        }
        return {
            "EnableCapture": True,
            "InitialSamplingPercentage": self._sampling,
            "DestinationS3Uri": self.location.uri,
            **({"KmsKeyId": key.key_ref.key_arn} if key else {}),
            "CaptureOptions": [{"CaptureMode": mode} for mode in self.mode.value],
            **({"CaptureContentTypeHeader": content_types} if content_types else {}),
        }

    def _property(self) -> cdk.aws_sagemaker.CfnEndpointConfig.DataCaptureConfigProperty:
        key = self.location.encryption_key
        return cdk.aws_sagemaker.CfnEndpointConfig.DataCaptureConfigProperty(
            enable_capture=True,
            initial_sampling_percentage=self._sampling,
            destination_s3_uri=self.location.uri,
            kms_key_id=key.key_ref.key_arn if key else None,
            capture_options=[
                cdk.aws_sagemaker.CfnEndpointConfig.CaptureOptionProperty(capture_mode=mode) for mode in self.mode.value
            ],
            capture_content_type_header=self._content_types(),
        )

    def _content_types(self) -> cdk.aws_sagemaker.CfnEndpointConfig.CaptureContentTypeHeaderProperty | None:
        if not self._csv_content_types and not self._json_content_types:
            return None
        return cdk.aws_sagemaker.CfnEndpointConfig.CaptureContentTypeHeaderProperty(
            csv_content_types=self._csv_content_types or None, json_content_types=self._json_content_types or None
        )


def _require_content_types(name: str, types: Sequence[str]) -> None:
    if len(types) > _MAX_CONTENT_TYPES:
        raise ConfigurationError(
            option=name, got=(f"{len(types)} entries of ", OptionName(name)), expected="at most 10", fix="name fewer"
        )
    for content_type in types:
        if not _CONTENT_TYPE.fullmatch(content_type) or len(content_type) > _MAX_CONTENT_TYPE:
            raise ConfigurationError(
                option=name,
                got=(Shown(content_type), " in ", OptionName(name)),
                expected="a media type of at most 256 characters without parameters, such as 'text/csv'",
                fix="leave '; charset=...' out: it is matched without parameters",
            )


def _require_real_time(config: cdk.aws_sagemaker.CfnEndpointConfig) -> None:
    """Check that endpoints of a configuration are of a kind that Model Monitor watches.

    Raises:
        ConfigurationError: It is serverless or asynchronous, or a model of it holds several.
    """
    if _is_serverless(config):
        raise ConfigurationError(
            got=f"serverless endpoint configuration {config.node.path!r}",
            expected="instances",
            fix="data capture does not exist for serverless endpoints; write the records to S3 from your service",
        )
    if config.async_inference_config is not None:
        raise ConfigurationError(
            got=("the asynchronous endpoint configuration ", Shown(config.node.path)),
            expected="one of a real-time endpoint: Model Monitor reads no asynchronous inference",
            fix="write the records to S3 from your service, and monitor them as a model that is served elsewhere",
        )
    _require_single_models(config)


def _is_serverless(config: cdk.aws_sagemaker.CfnEndpointConfig) -> bool:
    variants = config.production_variants
    if not isinstance(variants, list):
        return False
    return any(
        variant.serverless_config is not None
        for variant in variants
        if isinstance(variant, cdk.aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty)
    )


def _require_single_models(config: cdk.aws_sagemaker.CfnEndpointConfig) -> None:
    """Check the models of this app that a configuration names: of others nothing is known."""
    variants = config.production_variants
    named = {
        variant.model_name
        for variant in (variants if isinstance(variants, list) else [])
        if isinstance(variant, cdk.aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty)
    }
    for model in filter(None, map(_model_called, named)):
        for container in (model.primary_container, *_containers(model)):
            if getattr(container, "mode", None) == "MultiModel":
                raise ConfigurationError(
                    got=("the multi-model endpoint configuration ", Shown(config.node.path)),
                    expected="one model for each variant: Model Monitor cannot tell the models apart",
                    fix="give the model that is monitored an endpoint of its own",
                )


def _model_called(name: str | None) -> cdk.aws_sagemaker.CfnModel | None:
    """The model of this app that a reference to its name belongs to."""
    target = target_of(name)
    return target if isinstance(target, cdk.aws_sagemaker.CfnModel) else None


def _containers(model: cdk.aws_sagemaker.CfnModel) -> list[object]:
    return list(model.containers) if isinstance(model.containers, list) else []
