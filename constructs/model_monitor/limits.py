"""What the service accepts as environment variables and tags of a monitor."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aws_cdk import Token

from model_monitor.errors import ConfigurationError

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataQualityAppSpecification.html
_ENVIRONMENT_NAME = re.compile(r"^[a-zA-Z_][a-zA-Z0-9_]{0,255}$")
_MAX_ENVIRONMENT_ENTRIES = 50
_MAX_ENVIRONMENT_VALUE = 256
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html: the platform sets these.
_PLATFORM_VARIABLES = frozenset(
    [
        "analysis_type",
        "baseline_constraints",
        "baseline_statistics",
        "dataset_format",
        "dataset_source",
        "end_time",
        "metric_time",
        "monitoring_input_type",
        "output_path",
        "post_analytics_processor_script",
        "publish_cloudwatch_metrics",
        "record_preprocessor_script",
        "sagemaker_endpoint_datacapture_prefix",
        "sagemaker_endpoint_name",
        "sagemaker_monitoring_schedule_name",
        "start_time",
    ]
)
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
_MAX_TAGS = 50
_TAG_KEY = re.compile(r"^(?!aws:)[\w\s.:/=+@-]{1,128}$")
_MAX_TAG_VALUE = 256


def require_environment(environment: Mapping[str, str]) -> None:
    """Checks the variables that a user gives to the scripts.

    Raises:
        ConfigurationError: The service would refuse them, or overwrite one.
    """
    if len(environment) > _MAX_ENVIRONMENT_ENTRIES:
        raise ConfigurationError(got=f"{len(environment)} variables", expected="at most 50", fix="pass fewer")
    for name, value in environment.items():
        if not _ENVIRONMENT_NAME.match(name) or name in _PLATFORM_VARIABLES:
            raise ConfigurationError(
                got=f"environment variable {name!r}",
                expected="letters, digits and underscores, and none of the names that the platform sets itself",
                fix="choose another name",
            )
        if not Token.is_unresolved(value) and len(value) > _MAX_ENVIRONMENT_VALUE:
            raise ConfigurationError(
                got=f"{len(value)} characters in environment variable {name!r}",
                expected="at most 256",
                fix="put the text into a file that a script reads",
            )


def require_tags(tags: Mapping[str, str]) -> None:
    """Checks the tags that a user gives.

    Raises:
        ConfigurationError: The service would refuse them.
    """
    if len(tags) > _MAX_TAGS:
        raise ConfigurationError(got=f"{len(tags)} tags", expected="at most 50", fix="pass fewer")
    for key, value in tags.items():
        if not Token.is_unresolved(key) and not _TAG_KEY.match(key):
            raise ConfigurationError(
                got=f"tag {key!r}",
                expected="1 to 128 letters, digits, spaces or any of . : / = + @ - _, not starting with aws:",
                fix="choose another key",
            )
        if not Token.is_unresolved(value) and len(value) > _MAX_TAG_VALUE:
            raise ConfigurationError(
                got=f"{len(value)} characters in tag {key!r}", expected="at most 256", fix="shorten the value"
            )
