"""The whole file: defaults and endpoints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from stacks.configuration.base import StrictModel, by_key, refuse
from stacks.configuration.data_quality import DataQualityConfig, DataQualitySettings
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.notify import Channel
from stacks.configuration.values import KeyArn, Location, TopicArn, WebAddress, matching

EndpointName = Annotated[
    str,
    *matching(
        "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        expected="the name of an endpoint: 1 to 63 letters, digits and hyphens",
        fix="write the name, not the ARN, as describe-endpoint shows it",
        example="credit-risk",
    ),
]
StackName = Annotated[
    str,
    *matching(
        "[A-Za-z][A-Za-z0-9-]{0,127}",
        expected="a letter, then letters, digits and hyphens, at most 128",
        fix="for example ModelMonitoring-credit-risk",
        example="ModelMonitoring-credit-risk",
    ),
]


class EnvironmentConfig(StrictModel):
    """Where stacks are deployed."""

    account: (
        Annotated[
            str,
            *matching(
                "[0-9]{12}",
                expected="the 12 digits of an account",
                fix="write them in quotes, without hyphens",
                example="123456789012",
            ),
        ]
        | None
    ) = None
    """Account, in quotes. Left out: that of the CLI's credentials."""
    region: (
        Annotated[
            str,
            *matching(
                "[a-z]{2,}(-[a-z]+)+-[0-9]",
                expected="a region such as eu-west-1",
                fix="write the region's code, not its name",
                example="eu-west-1",
            ),
        ]
        | None
    ) = None
    """Region; monitors read only endpoints of their own region. Left out: the CLI's."""


class SharedSettings(StrictModel):
    """What endpoints can share. A setting of an endpoint replaces the default of that name; only tags are joined."""

    environment: EnvironmentConfig | None = None
    """Where the stack is deployed. Left out: account and region of the CLI."""
    output: Location | None = None
    """Existing place for baselines and reports. Left out: a new private, encrypted bucket."""
    encryption_key: KeyArn | None = None
    """Existing KMS key of everything that is stored. When the topic is new, CloudWatch and EventBridge must be allowed
    to use it. Left out: a new rotating key."""
    topic: TopicArn | None = None
    """Existing SNS topic for messages; CloudWatch and EventBridge must be allowed to publish to it. Left out: a new
    encrypted one."""
    notify: list[Channel] | None = None
    """Who is told. Left out: nobody but the topic's own subscribers."""
    compute: ComputeConfig | None = None
    """Machines of jobs. Left out: one ml.m5.xlarge with 20 GiB."""
    network: NetworkConfig | None = None
    """Network of jobs. Left out: isolated, without a VPC."""
    tags: dict[str, str] | None = None
    """Tags of the stack and all that is in it, jobs, definitions and schedules included."""
    runbook: WebAddress | None = None
    """Page that says what to do; named in alarms and messages."""
    removal_policy: Literal["retain", "destroy"] | None = None
    """What happens to the new bucket and key when the stack is deleted. `retain` keeps them, and with them the history
    of baselines and reports. Left out: retain."""


class Defaults(SharedSettings):
    """Settings of all endpoints that do not say otherwise."""

    data_quality: DataQualitySettings | None = None
    """Settings of all data-quality monitors that do not say otherwise."""


class EndpointConfig(SharedSettings):
    """One endpoint and its monitors; it becomes one CloudFormation stack."""

    capture: Location
    """Where the endpoint's data capture writes: `DataCaptureConfig.DestinationS3Uri` of `describe-endpoint`. Give
    `encryption_key` with it when the records are encrypted with a key of yours."""
    data_quality: Annotated[
        Annotated[DataQualityConfig, Tag("<baseline>")]
        | Annotated[list[DataQualityConfig], Field(min_length=1), Tag("<list>")],
        by_key("baseline", expected="a mapping with the key 'baseline', or a list of such mappings"),
    ]
    """Watches what the endpoint is sent: one monitor, or a list of several with a `name` each."""
    stack_name: StackName | None = None
    """Name of the stack. Left out: `ModelMonitoring-<endpoint>`."""

    @model_validator(mode="after")
    def _require_unique_names(self) -> EndpointConfig:
        names = [monitor.name for monitor in self.data_quality_monitors]
        if len(set(names)) < len(names):
            raise refuse(
                expected="a 'name' of its own for every monitor of an endpoint",
                fix=f"got {', '.join(names)}; rename one, for example to {names[-1]}Daily",
            )
        return self

    def stack_name_of(self, endpoint_name: str) -> str:
        """Name of the endpoint's stack."""
        return self.stack_name or f"ModelMonitoring-{endpoint_name}"

    @property
    def data_quality_monitors(self) -> list[DataQualityConfig]:
        """All data-quality monitors, whether the file has one or a list."""
        return self.data_quality if isinstance(self.data_quality, list) else [self.data_quality]


class FleetConfig(StrictModel):
    """Endpoints and how they are monitored with Amazon SageMaker Model Monitor."""

    defaults: Defaults = Field(default_factory=Defaults)
    """Settings of all endpoints that do not say otherwise."""
    endpoints: dict[EndpointName, EndpointConfig] = Field(min_length=1)
    """The endpoints, by name. Each becomes one CloudFormation stack."""

    @model_validator(mode="after")
    def _require_unique_stacks(self) -> FleetConfig:
        names = [endpoint.stack_name_of(name) for name, endpoint in self.endpoints.items()]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise refuse(
                expected="a stack of its own for every endpoint",
                fix=f"{', '.join(repeated)} would hold several; change a 'stack_name'",
            )
        return self
