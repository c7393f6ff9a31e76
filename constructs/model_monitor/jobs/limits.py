"""What the service accepts as run time, environment variables and tags of a monitor."""

from __future__ import annotations

import re
from collections.abc import Mapping

from model_monitor.errors import Call, ConfigurationError, Key, Setting, Shown
from model_monitor.internal.tokens import is_token
from model_monitor.jobs.compute import MonitorCompute
from model_monitor.jobs.schedule import MonitorSchedule

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataQualityAppSpecification.html
_ENVIRONMENT_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,255}")
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
_TAG_KEY = re.compile(r"(?!aws:)[\w\s.:/=+@-]{1,128}")
_MAX_TAG_VALUE = 256


def require_environment(environment: Mapping[str, str]) -> None:
    """Check the variables that a user gives to the scripts.

    Raises:
        ConfigurationError: The service would refuse them, or overwrite one.
    """
    if len(environment) > _MAX_ENVIRONMENT_ENTRIES:
        raise ConfigurationError(
            option="environment",
            got=f"{len(environment)} variables",
            expected=f"at most {_MAX_ENVIRONMENT_ENTRIES}",
            fix="put the values into a file that a script reads",
        )
    for name, value in environment.items():
        if not _ENVIRONMENT_NAME.fullmatch(name) or name in _PLATFORM_VARIABLES:
            raise ConfigurationError(
                option=("environment", Key(name)),
                got=("the environment variable ", Shown(name)),
                expected="letters, digits and underscores, and none of the names that the platform sets itself",
                fix="choose another name",
            )
        if not is_token(value) and len(value) > _MAX_ENVIRONMENT_VALUE:
            raise ConfigurationError(
                option=("environment", Key(name)),
                got=(f"{len(value)} characters in the environment variable ", Shown(name)),
                expected=f"at most {_MAX_ENVIRONMENT_VALUE}",
                fix="put the text into a file that a script reads",
            )


def require_tags(tags: Mapping[str, str]) -> None:
    """Check the tags that a user gives.

    Raises:
        ConfigurationError: The service would refuse them.
    """
    if len(tags) > _MAX_TAGS:
        raise ConfigurationError(
            option="tags", got=f"{len(tags)} tags", expected=f"at most {_MAX_TAGS}", fix="remove some of them"
        )
    for key, value in tags.items():
        if not is_token(key) and not _TAG_KEY.fullmatch(key):
            raise ConfigurationError(
                option=("tags", Key(key)),
                got=("the tag ", Shown(key)),
                expected="1 to 128 letters, digits, spaces or any of . : / = + @ - _, not starting with aws:",
                fix="choose another key",
            )
        if not is_token(value) and len(value) > _MAX_TAG_VALUE:
            raise ConfigurationError(
                option=("tags", Key(key)),
                got=(f"{len(value)} characters in the tag ", Shown(key)),
                expected=f"at most {_MAX_TAG_VALUE}",
                fix="shorten the value",
            )


def require_runtime(schedule: MonitorSchedule, compute: MonitorCompute, *, hourly_limit_seconds: int) -> None:
    """Check that a run is over before the next one starts.

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
            option=("compute", "max_runtime"),
            got=(
                Setting("max_runtime", _duration(seconds)),
                f" with the schedule {schedule.schedule_expression}",
            ),
            expected=f"at most {limit // 60} minutes",
            fix=(
                "write ",
                Setting("max_runtime", _duration(limit)),
                " or less, or choose a schedule with more time between runs",
            ),
        )


def _duration(seconds: int) -> Call:
    return Call("Duration.seconds", seconds) if seconds % 60 else Call("Duration.minutes", seconds // 60)
