"""A model that SageMaker does not serve, and whose predictions are monitored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from constructs import IConstruct

from model_monitor.errors import ConfigurationError, Setting
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token
from model_monitor.s3_location import S3Location

_FORMATS = (DatasetFormat.csv(header=False), DatasetFormat.json_lines())


@checked
@dataclass(frozen=True)
class ServedElsewhere:
    """A model on Kubernetes, ECS, Lambda, on-premises or in another cloud, that writes what it predicts to S3.

    SageMaker has no input for it. But a monitor of batch transform needs no job: it reads manifests that name objects
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html), and `capture_writer` makes
    them. Use `of`.

    Attributes:
        name: What people call the model.
        capture_location: The `DataCapturedDestinationS3Uri` of its monitors.
        format: How inputs and predictions are stored.
        dependency: What must exist before the monitors, and be deleted after them.
    """

    name: str
    capture_location: S3Location
    format: DatasetFormat
    dependency: IConstruct | None = field(default=None, compare=False)

    @classmethod
    @checked
    def of(cls, *, name: str, captured: S3Location, format: DatasetFormat | None = None) -> ServedElsewhere:
        """Name the place that `capture_writer.CaptureWriter` writes to.

        Args:
            name: The writer's `endpoint_name`.
            captured: The writer's `destination`.
            format: `DatasetFormat.csv(header=False)` for the writer's layout `BATCH_CSV`, or
                `DatasetFormat.json_lines()` for `BATCH_JSON_LINES`. Default: the former.

        Raises:
            ConfigurationError: The name is empty or contains a slash, or the writer does not write such a format.
        """
        chosen = format or _FORMATS[0]
        if is_token(name) or not name or "/" in name:
            raise ConfigurationError(
                option="name",
                value=name,
                expected="a name without a slash that is known at synthesis: one folder in the captured data",
                fix="write the endpoint_name of the capture writer",
            )
        if chosen not in _FORMATS:
            raise ConfigurationError(
                option="format",
                got=(Setting("format", chosen.call),),
                expected="CSV without a header, or JSON lines: what the capture writer writes",
                fix=(
                    "write ",
                    Setting("format", _FORMATS[0].call),
                    " or ",
                    Setting("format", _FORMATS[1].call),
                ),
            )
        return cls(name, captured.join(name), chosen)

    @property
    def reads(self) -> Sequence[S3Location]:
        """What monitors must be able to read."""
        return (self.capture_location,)

    @property
    def batch_format(self) -> DatasetFormat:
        """How inputs and predictions are stored."""
        return self.format

    @property
    def inputs(self) -> S3Location:
        """Where the manifests of inputs lie, whose files a data-quality monitor looks at."""
        return self.capture_location.join("input")

    @property
    def records(self) -> S3Location:
        """Where the manifests of predictions lie, which labels are merged with."""
        return self.capture_location.join("output")

    @property
    def endpoint_name(self) -> None:
        """There is none, and so no metric has an `Endpoint` dimension."""
        return

    @property
    def title(self) -> str:
        """What people call it."""
        return f"model {self.name}"

    @property
    def fixed_title(self) -> str:
        """What people call it, without anything that only a deployment knows."""
        return self.title

    @property
    def model_name(self) -> str:
        """What people call it."""
        return self.name

    @property
    def jobs_name(self) -> None:
        """It has no jobs."""
        return

    @property
    def counted(self) -> Sequence[S3Location]:
        """What must be read to count the records: manifests name objects that lie elsewhere."""
        return self.reads

    @property
    def identity(self) -> str:
        """Nothing but the place identifies it, and the job definition names that itself."""
        return ""
