"""The true outcomes, which arrive after the predictions."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration

from model_monitor.errors import Call, ConfigurationError, OptionName, Setting
from model_monitor.internal.amounts import hours_of, in_words
from model_monitor.internal.checking import checked
from model_monitor.jobs.schedule import MonitorSchedule
from model_monitor.s3_location import S3Location

_HOURS_OF_A_DAY = 24
# A year; the service would take more, and no label arrives so late.
_MOST_HOURS = 8784


@checked
@dataclass(frozen=True, kw_only=True)
class GroundTruth:
    """Where labels are put, and how long they take to arrive.

    Labels are JSON lines in `<location>/yyyy/mm/dd/hh/*.jsonl`, in the folder of the hour in which they were collected
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html).

    Attributes:
        location: Prefix of the labels.
        start_offset: How much earlier than usual the analysed window starts. Default: not at all.
        end_offset: How much earlier it ends. Default: not at all, so labels must come within the hour. For labels that
            take a day give both offsets one day.

    Example:
        ```python
        GroundTruth(
            location=S3Location.of(bucket, "labels"), start_offset=Duration.hours(6), end_offset=Duration.hours(6)
        )
        ```
    """

    location: S3Location
    start_offset: Duration | None = None
    end_offset: Duration | None = None

    def __post_init__(self) -> None:
        for name, offset in (("start_offset", self.start_offset), ("end_offset", self.end_offset)):
            if offset is not None:
                _require_whole_hours(name, offset)

    @property
    def start_text(self) -> str | None:
        """The start's offset as the service takes it."""
        return _offset_text(self.start_offset)

    @property
    def end_text(self) -> str | None:
        """The end's offset as the service takes it."""
        return _offset_text(self.end_offset)

    @property
    def delay(self) -> Duration:
        """How much older the data points of runs are than they would be without offsets."""
        return self.start_offset or Duration.hours(0)

    def require_window(self, schedule: MonitorSchedule) -> None:
        """Check that the shifted window has a length.

        Raises:
            ConfigurationError: It would end before it starts.
        """
        if schedule.period is None:
            return
        start, end, period = _hours(self.start_offset), _hours(self.end_offset), hours_of(schedule.period)
        if end >= start + period:
            raise ConfigurationError(
                option="end_offset",
                got=(
                    Setting("end_offset", Call("Duration.hours", end)),
                    " with ",
                    Setting("start_offset", Call("Duration.hours", start)),
                    f" and a run every {in_words(period)}",
                ),
                expected=(
                    OptionName("end_offset"),
                    f" below {start + period:g} hours, or the window ends before it starts",
                ),
                fix=(
                    "add ",
                    Setting("start_offset", Call("Duration.hours", end)),
                    ": both offsets shift the window, their difference shortens it",
                ),
            )


def _require_whole_hours(name: str, offset: Duration) -> None:
    hours = None if offset.is_unresolved() else float(offset.to_hours(integral=False))
    if hours is None or not hours.is_integer() or hours > _MOST_HOURS:
        raise ConfigurationError(
            option=name,
            got=(OptionName(name), f" of {'an unknown length' if hours is None else f'{hours:g} hours'}"),
            expected=f"whole hours, at most {_MOST_HOURS}, known at synthesis: captured records and labels lie in "
            "folders by the hour",
            fix=("write ", Setting(name, Call("Duration.hours", ...))),
        )


def _hours(offset: Duration | None) -> int:
    return 0 if offset is None else int(offset.to_hours())


def _offset_text(offset: Duration | None) -> str | None:
    if offset is None:
        return None
    hours = _hours(offset)
    days, rest = divmod(hours, _HOURS_OF_A_DAY)
    return f"-P{days}D" if days and not rest else f"-PT{hours}H"
