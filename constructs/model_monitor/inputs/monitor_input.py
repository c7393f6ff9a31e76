"""What a monitor reads.

CloudFormation knows two inputs: endpoints and batch transform. A model that is served elsewhere uses the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from constructs import IConstruct

if TYPE_CHECKING:
    from model_monitor.inputs.dataset_format import DatasetFormat
    from model_monitor.s3_location import S3Location


class MonitorInput(Protocol):
    """A real-time endpoint, batch transform jobs, or a model that SageMaker does not serve."""

    @property
    def capture_location(self) -> S3Location:
        """Where records are captured."""

    @property
    def dependency(self) -> IConstruct | None:
        """What must exist before the monitors, and be deleted after them."""

    @property
    def endpoint_name(self) -> str | None:
        """Name of the endpoint; `None` without one, and then no metric has an `Endpoint` dimension."""

    @property
    def batch_format(self) -> DatasetFormat | None:
        """How inputs and predictions are stored; `None` for an endpoint, whose captured records have one format."""

    @property
    def reads(self) -> Sequence[S3Location]:
        """What monitors must be able to read."""

    @property
    def inputs(self) -> S3Location:
        """Where the records lie that a data-quality monitor looks at; without an endpoint, the manifests of inputs."""

    @property
    def records(self) -> S3Location:
        """Where the records lie that labels are merged with; without an endpoint, the manifests of predictions.

        https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
        """

    @property
    def counted(self) -> Sequence[S3Location]:
        """What must be read to count the records: manifests name objects that lie elsewhere."""

    @property
    def model_name(self) -> str | None:
        """What people call a model that SageMaker does not serve; `None` for all others."""

    @property
    def jobs_name(self) -> str | None:
        """What people call batch transform jobs; `None` for all others, and for jobs without a name."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def fixed_title(self) -> str | None:
        """What people call it, without anything that only a deployment knows; `None` if all depends on that."""

    @property
    def identity(self) -> str:
        """A text that changes when another endpoint takes its place; empty where the place of the records tells it."""


def called(input: MonitorInput) -> str | None:
    """Return what people call an input, on the command line, too; `None` for jobs without a name."""
    return input.endpoint_name or input.model_name or input.jobs_name
