"""Endpoint configurations that this resource makes: copies of another one with other data capture.

A configuration cannot be changed, so capture is turned on by a copy of it and an update of the endpoint.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from data_capture.errors import CaptureError
from shared import clients, errors
from shared.logs import log

ORIGINAL_TAG = "model-monitor:original-endpoint-config"
_ATTEMPT_TAG = "model-monitor:update-requested-by"
_OWN = ("EndpointConfigName", "Tags", "DataCaptureConfig")
_MAX_PREFIX = 40

Config = dict[str, Any]


def describe(name: str) -> Config | None:
    """Return a configuration, or None when there is none of this name."""
    try:
        return dict(clients.sagemaker().describe_endpoint_config(EndpointConfigName=name))
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def refuse_unsupported(endpoint: str, config: Config) -> None:
    """Check that Model Monitor can watch an endpoint with this configuration.

    Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor.html (no multi-model endpoints),
    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html (no data capture, no Model Monitor).

    Raises:
        CaptureError: It is serverless, asynchronous or hosts several models.
    """
    why = "Model Monitor watches real-time endpoints with one model for each variant"
    if config.get("AsyncInferenceConfig"):
        raise CaptureError(f"endpoint {endpoint} is asynchronous: it writes its answers to S3 itself, and {why}")
    for variant in config["ProductionVariants"]:
        where = f"endpoint {endpoint}, variant {variant['VariantName']}"
        if variant.get("ServerlessConfig"):
            raise CaptureError(f"{where} is serverless, which has no data capture; {why}: give it instances")
        model = variant.get("ModelName")
        if model is None or _is_multi_model(model):
            raise CaptureError(f"{where} hosts several models, whose traffic would be captured as one; {why}")


def _is_multi_model(name: str) -> bool:
    try:
        model = clients.sagemaker().describe_model(ModelName=name)
    except ClientError as error:
        if errors.is_missing(error):
            return False  # nobody can tell any more; what this did to the endpoint, its state says
        raise
    containers = [*model.get("Containers", []), model.get("PrimaryContainer", {})]
    return any(container.get("Mode") == "MultiModel" for container in containers)


@dataclass(frozen=True)
class Owner:
    """The resource of one endpoint, whose configurations are known by their names."""

    prefix: str
    identity: str

    @classmethod
    def of(cls, prefix: str, stack_id: str, logical_id: str, endpoint: str) -> Owner:
        """Return the owner for a resource of a stack."""
        return cls(prefix[:_MAX_PREFIX].rstrip("-"), _hash([stack_id, logical_id, endpoint]))

    @property
    def beginning(self) -> str:
        """How the names of its configurations begin."""
        return f"{self.prefix}-{self.identity}-"

    def name(self, original: str, capture: Mapping[str, Any] | None) -> str:
        """Return the name of the copy of a configuration with this capture."""
        return self.beginning + _hash([original, capture])

    def original_of(self, config: Config) -> str | None:
        """Return the configuration that one of its own replaced, or None for a configuration that is not its own."""
        if not config["EndpointConfigName"].startswith(self.beginning):
            return None
        return next((tag["Value"] for tag in tags_of(config) if tag["Key"] == ORIGINAL_TAG), None)

    def names(self) -> Iterator[str]:
        """Yield the configurations that it has made."""
        pages = clients.sagemaker().get_paginator("list_endpoint_configs").paginate(NameContains=self.beginning)
        for page in pages:
            for item in page["EndpointConfigs"]:
                if item["EndpointConfigName"].startswith(self.beginning):
                    yield item["EndpointConfigName"]

    def delete_all_but(self, keep: str | None) -> None:
        """Delete its configurations, except the one that an endpoint still needs."""
        for name in list(self.names()):
            if name != keep:
                clients.sagemaker().delete_endpoint_config(EndpointConfigName=name)
                log("endpoint configuration deleted", config=name)


def make_copy(config: Config, name: str, *, original: str, capture: Mapping[str, Any] | None) -> None:
    """Create a copy of a configuration; one of this name was made by an earlier try and is fine.

    Args:
        config: What to copy, in the words of `DescribeEndpointConfig`.
        name: Name of the copy.
        original: The configuration that the endpoint had before, kept in a tag.
        capture: The `DataCaptureConfig` of the copy, None for none.

    Raises:
        CaptureError: Something that the configuration names, such as a model, has been deleted.
    """
    known = clients.sagemaker().meta.service_model.operation_model("CreateEndpointConfig").input_shape
    assert known is not None
    request = {key: value for key, value in config.items() if key in known.members and key not in _OWN}
    tags = [tag for tag in tags_of(config) if not tag["Key"].startswith(("aws:", "model-monitor:"))]
    if capture is not None:
        request["DataCaptureConfig"] = capture
        tags.append({"Key": ORIGINAL_TAG, "Value": original})
    try:
        clients.sagemaker().create_endpoint_config(EndpointConfigName=name, Tags=tags, **request)
    except ClientError as error:
        if errors.is_missing(error):
            raise CaptureError(
                f"the configuration {config['EndpointConfigName']} cannot be copied: {errors.message(error)}; create "
                "what is missing again, or update the endpoint to a configuration of which all is there"
            ) from error
        if "already existing" not in errors.message(error):
            raise
        return
    log("endpoint configuration made", config=name, copy_of=config["EndpointConfigName"])


def tags_of(config: Config) -> list[Any]:
    """Return the tags of a configuration."""
    return list(clients.sagemaker().list_tags(ResourceArn=config["EndpointConfigArn"])["Tags"])


def note_attempt(config: Config, request_id: str) -> None:
    """Note on a configuration of our own that a request has updated the endpoint to it, or away from it."""
    clients.sagemaker().add_tags(
        ResourceArn=config["EndpointConfigArn"], Tags=[{"Key": _ATTEMPT_TAG, "Value": _hash(request_id)}]
    )


def was_attempted(config: Config, request_id: str) -> bool:
    """Say whether this request has updated the endpoint before."""
    return any(tag["Key"] == _ATTEMPT_TAG and tag["Value"] == _hash(request_id) for tag in tags_of(config))


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
