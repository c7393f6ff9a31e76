"""What the service accepts as run time, environment variables and tags of a monitor."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aws_cdk import Token

from model_monitor.errors import ConfigurationError
from model_monitor.jobs.compute import MonitorCompute
from model_monitor.jobs.schedule import MonitorSchedule

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
        "features_attribute",
        "ground_truth_attribute",
        "ground_truth_source",
        "inference_attribute",
        "metric_time",
        "monitoring_input_type",
        "output_path",
        "post_analytics_processor_script",
        "probability_attribute",
        "probability_threshold_attribute",
        "problem_type",
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


def require_runtime(schedule: MonitorSchedule, compute: MonitorCompute, *, hourly_limit_seconds: int) -> None:
    """Checks that a run is over before the next one starts.

    Args:
        schedule: When it runs.
        compute: How long it may take.
        hourly_limit_seconds: What the service allows this kind of monitor on an hourly schedule.

    Raises:
        ConfigurationError: The service would refuse it.
    """
    seconds = compute.max_runtime_seconds
    if seconds is None or schedule.period is None:
        return
    limit = hourly_limit_seconds if schedule.is_hourly else int(schedule.period.to_seconds())
    if seconds > limit:
        raise ConfigurationError(
            got=f"max_runtime of {seconds} seconds with the schedule {schedule.schedule_expression}",
            expected=f"at most {limit} seconds",
            fix="lower max_runtime, or choose a schedule with more time between runs",
        )
