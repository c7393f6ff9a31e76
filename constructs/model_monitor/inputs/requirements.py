"""What monitors demand of the records that they read, and of the places around them."""

from __future__ import annotations

from model_monitor.errors import ConfigurationError, OptionName, OptionPath, Setting, Shown
from model_monitor.inputs.data_capture import CaptureMode
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.s3_location import S3Location


def require_apart(location: S3Location, input: MonitorInput, *, option: str | OptionPath) -> None:
    """Check that what is written or read beside the captured records does not lie among them.

    Args:
        location: Where reports are written, or where labels are.
        input: What is monitored.
        option: The option that names the location.

    Raises:
        ConfigurationError: It lies within the captured records, which runs would then take for traffic.
    """
    captured = input.capture_location
    if isinstance(input, MonitoredEndpoint) and not captured.key:
        captured = captured.join(input.endpoint_name)  # capture to a whole bucket: the rest of it is free
    if location.is_within(captured):
        raise ConfigurationError(
            option=option,
            got=(Setting(option, location.uri), ", which lies among the captured records"),
            expected=("a place outside of ", Shown(input.capture_location.uri)),
            fix="choose another prefix beside it, such as monitoring/ or labels/",
        )


def require_outputs(input: MonitorInput) -> None:
    """Check that predictions are captured, for monitors that look at them.

    Raises:
        ConfigurationError: Only requests are captured.
    """
    if isinstance(input, MonitoredEndpoint) and input.captures is CaptureMode.INPUT:
        raise ConfigurationError(
            got="data capture of requests only, for a monitor that looks at predictions",
            expected="data capture of requests and responses",
            fix=("capture with ", Setting("mode", CaptureMode.INPUT_AND_OUTPUT)),
        )


def require_inputs(input: MonitorInput) -> None:
    """Check that requests are captured, for monitors that look at features.

    Raises:
        ConfigurationError: Only responses are captured.
    """
    if isinstance(input, MonitoredEndpoint) and input.captures is CaptureMode.OUTPUT:
        raise ConfigurationError(
            got="data capture of responses only, for a monitor that looks at features",
            expected="data capture of requests and responses",
            fix=("capture with ", Setting("mode", CaptureMode.INPUT_AND_OUTPUT)),
        )


def require_scriptable(input: MonitorInput, *, option: str) -> None:
    """Check that a script can change the records of runs.

    Args:
        input: What is monitored.
        option: The option that needs a script: `preprocessor`, `categorical` or `guard_records`.

    Raises:
        ConfigurationError: The records are Parquet; the container fails with "Preprocessor script not supported".
    """
    if input.batch_format is not None and input.batch_format.is_parquet:
        raise ConfigurationError(
            option=option,
            got=(OptionName(option), " with records in Parquet"),
            expected="CSV or JSON lines: the analyzer runs no script on Parquet",
            fix=("let the jobs write CSV or JSON lines, or leave ", OptionName(option), " out"),
        )
