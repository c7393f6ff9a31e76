"""The endpoint that is monitored and where its captured records lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import Fn
from aws_cdk.interfaces.aws_sagemaker import IEndpointRef
from constructs import IConstruct

from model_monitor.errors import ConfigurationError
from model_monitor.inputs.data_capture import CaptureMode, DataCapture
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token
from model_monitor.internal.validation import at_synthesis
from model_monitor.s3_location import S3Location

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


@checked
@dataclass(frozen=True)
class MonitoredEndpoint:
    """A real-time endpoint together with the place where its traffic is captured. Use the factories.

    Attributes:
        endpoint_name: Name of the endpoint; may be a token.
        capture_location: The `DestinationS3Uri` of its data capture.
        dependency: The construct of the endpoint if it belongs to this app. Monitors are created after it and deleted
            before it, as the service demands.
        captures: Which side of a call is captured, as far as it is known.
    """

    endpoint_name: str
    capture_location: S3Location
    dependency: IConstruct | None = field(default=None, compare=False)
    captures: CaptureMode = field(default=CaptureMode.INPUT_AND_OUTPUT, compare=False)

    @classmethod
    @checked
    def from_endpoint(cls, endpoint: IEndpointRef, *, capture: DataCapture) -> MonitoredEndpoint:
        """An endpoint of this app.

        Args:
            endpoint: A `CfnEndpoint`, or any construct that can be referenced as one.
            capture: The capture that was applied to its configuration. The synthesis fails if the app shows that it
                was not.
        """
        if isinstance(endpoint, cdk.aws_sagemaker.CfnEndpoint):
            at_synthesis(endpoint, lambda: capture.faults_of(endpoint))
        return cls(_name_of(endpoint), capture.location, endpoint, capture.mode)

    @classmethod
    @checked
    def from_endpoint_name(cls, endpoint_name: str, *, capture_location: S3Location) -> MonitoredEndpoint:
        """An endpoint that is deployed elsewhere, in the same account and region.

        Args:
            endpoint_name: Its name, in the spelling that `describe-endpoint` shows.
            capture_location: Where its data capture writes (`DataCaptureConfigSummary.DestinationS3Uri` in
                `describe-endpoint`). Give the encryption key with it if the records are encrypted with one of yours.

        Raises:
            ConfigurationError: The name cannot be an endpoint's.
        """
        if not is_token(endpoint_name) and not _NAME.fullmatch(endpoint_name):
            raise ConfigurationError(
                option="endpoint_name",
                value=endpoint_name,
                expected="1 to 63 letters, digits and single hyphens",
                fix="write the endpoint's name, not its ARN",
            )
        return cls(endpoint_name, capture_location)

    @property
    def batch_format(self) -> None:
        """There is none: captured records have one format."""
        return

    @property
    def reads(self) -> Sequence[S3Location]:
        """What monitors must be able to read."""
        return (self.capture_location,)

    @property
    def inputs(self) -> S3Location:
        """Where the records lie that a data-quality monitor looks at."""
        return self.records

    @property
    def records(self) -> S3Location:
        """Where the records lie that labels are merged with."""
        return self.capture_location.join(self.endpoint_name)

    @property
    def counted(self) -> Sequence[S3Location]:
        """What must be read to count the records."""
        return (self.records,)

    @property
    def model_name(self) -> None:
        """SageMaker serves the model under the endpoint's name."""
        return

    @property
    def jobs_name(self) -> None:
        """It has no jobs."""
        return

    @property
    def title(self) -> str:
        """What people call it."""
        return f"endpoint {self.endpoint_name}"

    @property
    def fixed_title(self) -> str | None:
        """What people call it, without anything that only a deployment knows; `None` if all depends on that."""
        endpoint = self._made_here
        name = endpoint.endpoint_name if endpoint else self.endpoint_name
        return None if name is None or is_token(name) else f"endpoint {name}"

    @property
    def identity(self) -> str:
        """A text that changes when the endpoint is replaced by one with another name."""
        if endpoint := self._made_here:
            return f"{endpoint.node.path}:{endpoint.endpoint_name or ''}"
        return "" if is_token(self.endpoint_name) else self.endpoint_name

    @property
    def _made_here(self) -> cdk.aws_sagemaker.CfnEndpoint | None:
        # Looked at in this order, since the class is in a module that most apps do not import.
        if self.dependency is None or not isinstance(self.dependency, cdk.aws_sagemaker.CfnEndpoint):
            return None
        return self.dependency


def _name_of(endpoint: IEndpointRef) -> str:
    if isinstance(endpoint, cdk.aws_sagemaker.CfnEndpoint):
        return endpoint.attr_endpoint_name
    name = getattr(endpoint, "endpoint_name", None)
    if isinstance(name, str):
        return name
    # Only the ARN is left; it holds the name in lower case, which the service accepts as the same endpoint.
    return Fn.select(1, Fn.split("/", endpoint.endpoint_ref.endpoint_arn))
