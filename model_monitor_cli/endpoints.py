"""Endpoints as SageMaker describes them; one that is gone is no error here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context


def describe_endpoint(context: Context, name: str) -> dict[str, Any] | None:
    """Return the description of an endpoint, or None if there is none of this name."""
    try:
        return dict(context.sagemaker.describe_endpoint(EndpointName=name))
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def describe_endpoint_config(context: Context, name: str) -> dict[str, Any] | None:
    """Return the description of an endpoint's configuration, or None if there is none of this name."""
    try:
        return dict(context.sagemaker.describe_endpoint_config(EndpointConfigName=name))
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise
