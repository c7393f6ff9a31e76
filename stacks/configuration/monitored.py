"""What can be monitored, each with its monitors."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final

from pydantic import Field, model_validator

from stacks.configuration.base import refuse
from stacks.configuration.baseline import Format
from stacks.configuration.data_capture import Capture
from stacks.configuration.data_quality import DataQualityConfig
from stacks.configuration.model_bias import ModelBiasConfig
from stacks.configuration.model_explainability import ModelExplainabilityConfig
from stacks.configuration.model_quality import ModelQualityConfig
from stacks.configuration.monitors import MonitorConfig, OneOrSeveral
from stacks.configuration.shared import OF_SERVICES, SharedSettings
from stacks.configuration.values import Location, matching

_LONGEST_STACK_NAME = 128  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
StackName = Annotated[
    str,
    *matching(
        f"[A-Za-z][A-Za-z0-9-]{{0,{_LONGEST_STACK_NAME - 1}}}",
        expected="a letter, then letters, digits and hyphens, at most 128",
        fix="for example ModelMonitoring-credit-risk",
        example="ModelMonitoring-credit-risk",
    ),
]

KINDS: Final = ("data_quality", "model_quality", "model_bias", "model_explainability")
"""Keys of the monitors, in the order in which they are made."""


class MonitoredConfig(SharedSettings):
    """A model and its monitors; it becomes one CloudFormation stack."""

    TITLE: ClassVar[str]

    data_quality: OneOrSeveral[DataQualityConfig] | None = None
    """Watches what the model is sent: one monitor, or a list of several with a `name` each."""
    model_quality: OneOrSeveral[ModelQualityConfig] | None = None
    """Watches how good predictions turn out to be: one monitor, or a list of several with a `name` each."""
    model_bias: OneOrSeveral[ModelBiasConfig] | None = None
    """Watches whether groups are treated alike: one monitor, or a list of several with a `name` each."""
    model_explainability: OneOrSeveral[ModelExplainabilityConfig] | None = None
    """Watches what predictions depend on: one monitor, or a list of several with a `name` each."""
    stack_name: StackName | None = None
    """Name of the stack. Left out: `ModelMonitoring-<name>`, with hyphens for what stacks cannot be called."""

    @model_validator(mode="after")
    def _require_services_of_its_own(self) -> MonitoredConfig:
        own = [name for name in OF_SERVICES if getattr(self, name) is not None]
        if self.services == "shared" and own:
            raise refuse(
                expected="'services: own' for a model with its own " + ", ".join(own),
                fix=f"write 'services: own', or move {', '.join(own)} to 'defaults'",
            )
        return self

    def shares_services(self, defaults: SharedSettings) -> bool:
        """Whether the model uses the services of all models.

        Args:
            defaults: What the file says of all.
        """
        if self.services is not None:
            return self.services == "shared"
        return defaults.services != "own" and all(getattr(self, name) is None for name in OF_SERVICES)

    @model_validator(mode="after")
    def _require_monitors_with_names(self) -> MonitoredConfig:
        ids = [monitor.id for kind in KINDS for monitor in self.monitors(kind)]
        if not ids:
            raise refuse(expected=f"at least one of {', '.join(KINDS)}", fix="add 'data_quality: {baseline: ...}'")
        if len(set(ids)) < len(ids):
            raise refuse(
                expected="a 'name' of its own for every monitor",
                fix=f"got {', '.join(ids)}; rename one, for example to {ids[-1]}Daily",
            )
        return self

    def stack_name_of(self, name: str) -> str:
        """Name of the stack.

        Args:
            name: What the file calls the model.
        """
        return self.stack_name or re.sub("[^A-Za-z0-9-]", "-", f"ModelMonitoring-{name}")[:_LONGEST_STACK_NAME]

    def description_of(self, name: str) -> str:
        """Description of the stack.

        Args:
            name: What the file calls the model.
        """
        return f"Monitors of the {self.TITLE} {name}"

    def monitors(self, kind: str) -> list[MonitorConfig]:
        """All monitors of a kind, whether the file has none, one or a list.

        Args:
            kind: One of `KINDS`.
        """
        found = getattr(self, kind)
        return found if isinstance(found, list) else [] if found is None else [found]


class EndpointConfig(MonitoredConfig):
    """A real-time endpoint and its monitors."""

    TITLE = "SageMaker endpoint"

    capture: Capture
    """Where the endpoint's data capture writes: `DataCaptureConfig.DestinationS3Uri` of `describe-endpoint`. Give
    `encryption_key` with it when the records are encrypted with a key of yours. `{turn_on: {location: s3://...}}` when
    there is no capture yet."""


class ServedElsewhereConfig(MonitoredConfig):
    """A model whose own service writes what it predicts with `capture_writer`."""

    TITLE = "model"

    capture: Location
    """Where the capture writer writes: its `destination`. The model's name here is the writer's `endpoint_name`."""
    format: Format | None = None
    """`csv` for the writer's layout BATCH_CSV, `json_lines` for BATCH_JSON_LINES. Left out: csv."""


class BatchTransformConfig(MonitoredConfig):
    """The batch transform jobs of one model and their monitors."""

    TITLE = "SageMaker batch transform jobs"

    capture: Location
    """Where the jobs' data capture writes: their `DataCaptureConfig.DestinationS3Uri`. Jobs need `GenerateInferenceId`
    where labels are compared, and `DataProcessing.JoinSource: Input` where bias is."""
    files: list[Location] = Field(min_length=1)
    """Where inputs and predictions of the jobs lie: capture only lists them, and monitors read the files themselves."""
    format: Format | None = None
    """How inputs and predictions are stored. `csv` is CSV without a header line here; `parquet` is not possible where
    labels are compared. Left out: csv."""
