"""Batch transform jobs whose predictions are monitored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from constructs import IConstruct

from model_monitor.errors import ConfigurationError
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token
from model_monitor.s3_location import S3Location


@checked
@dataclass(frozen=True)
class BatchTransform:
    """What batch transform jobs capture at one place. Use `of`.

    Attributes:
        capture_location: The `DestinationS3Uri` of the jobs' `DataCaptureConfig`.
        format: How the captured records are stored.
        files: Where the inputs and predictions of the jobs lie.
        name: What people call the jobs; `None` if they have no name.
        dependency: What must exist before the monitors, and be deleted after them.
    """

    capture_location: S3Location
    format: DatasetFormat
    files: Sequence[S3Location]
    name: str | None = None
    dependency: IConstruct | None = field(default=None, compare=False)

    @classmethod
    @checked
    def of(
        cls,
        *,
        captured: S3Location,
        files: Sequence[S3Location],
        format: DatasetFormat | None = None,
        name: str | None = None,
    ) -> BatchTransform:
        """Name the place that all jobs of a model capture to.

        Args:
            captured: The `DestinationS3Uri` of the jobs' data capture
                (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html). Labels are
                matched by inference id, so jobs need `GenerateInferenceId` where a monitor has ground truth. Bias is
                told by inputs and predictions, so there they need `DataProcessing.JoinSource=Input`, too; positions
                of predictions that model-quality monitors name then count the inputs before them.
            files: Where the inputs and predictions of the jobs lie: capture only lists them, and the monitors read
                the files themselves, for which they are given the permission. Empty: they have it from elsewhere.
            format: How inputs and predictions are stored; not as Parquet where a monitor has ground truth. Default: CSV
                without a header line.
            name: What people call the jobs, in messages, alarms and on the command line. Default: alarms and messages
                name the place of the captures, and the command line its last folder.

        Raises:
            ConfigurationError: The name is empty, contains a slash or is not known at synthesis.
        """
        if name is not None and (is_token(name) or not name or "/" in name):
            raise ConfigurationError(
                option="name",
                value=name,
                expected="a name without a slash that is known at synthesis: people type it on the command line",
                fix="write what people call these jobs, such as nightly-scoring, or leave it out",
            )
        return cls(captured, format or DatasetFormat.csv(header=False), tuple(files), name)

    @property
    def reads(self) -> Sequence[S3Location]:
        """What monitors must be able to read."""
        return (self.capture_location, *self.files)

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
        return f"batch transform {self.name or f'captured in {self.capture_location.uri}'}"

    @property
    def fixed_title(self) -> str | None:
        """What people call it; `None` without a name: the place of the records may be known to a deployment only."""
        return self.title if self.name else None

    @property
    def counted(self) -> Sequence[S3Location]:
        """What must be read to count the records: manifests name objects that lie elsewhere."""
        return self.reads

    @property
    def identity(self) -> str:
        """Nothing but the place identifies it, and the job definition names that itself."""
        return ""

    @property
    def model_name(self) -> None:
        """The place of the records is all that is known of the model."""
        return

    @property
    def jobs_name(self) -> str | None:
        """What people call the jobs."""
        return self.name
