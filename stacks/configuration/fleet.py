"""The whole file: defaults and what is monitored."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from stacks.configuration.base import StrictModel, refuse
from stacks.configuration.monitored import (
    BatchTransformConfig,
    EndpointConfig,
    MonitoredConfig,
    ServedElsewhereConfig,
)
from stacks.configuration.shared import Defaults
from stacks.configuration.values import matching

EndpointName = Annotated[
    str,
    *matching(
        "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        expected="the name of an endpoint: 1 to 63 letters, digits and hyphens",
        fix="write the name, not the ARN, as describe-endpoint shows it",
        example="credit-risk",
    ),
]
JobsName = Annotated[
    str,
    *matching(
        "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        expected="a name of your choice: 1 to 63 letters, digits and hyphens",
        fix="for example the name of the model",
        example="churn-scoring",
    ),
]
WriterName = Annotated[
    str,
    *matching(
        "[A-Za-z0-9][A-Za-z0-9._-]*",
        expected="the `endpoint_name` of its capture writer: letters, digits, dots, underscores and hyphens",
        fix="choose such a name in the writer and write the same here: it is the folder that monitors read",
        example="credit_v2",
    ),
]


class FleetConfig(StrictModel):
    """Models and how they are monitored with Amazon SageMaker Model Monitor."""

    defaults: Defaults = Field(default_factory=Defaults)
    """Settings of all that do not say otherwise."""
    endpoints: dict[EndpointName, EndpointConfig] = Field(default_factory=dict)
    """Real-time endpoints, by name. Each becomes one CloudFormation stack."""
    batch_transforms: dict[JobsName, BatchTransformConfig] = Field(default_factory=dict)
    """Batch transform jobs of a model, by a name of your choice. Each becomes one CloudFormation stack."""
    served_elsewhere: dict[WriterName, ServedElsewhereConfig] = Field(default_factory=dict)
    """Models that SageMaker does not serve, by the `endpoint_name` of their capture writers. Each becomes one
    CloudFormation stack."""

    @model_validator(mode="after")
    def _require_unique_stacks(self) -> FleetConfig:
        names = [monitored.stack_name_of(name) for _, name, monitored in self.monitored]
        if not names:
            raise refuse(
                expected="at least one of endpoints, batch_transforms, served_elsewhere",
                fix="start from monitoring.yaml",
            )
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise refuse(
                expected="a stack of its own for everything that is monitored",
                fix=f"{', '.join(repeated)} would hold several; change a 'stack_name'",
            )
        return self

    @property
    def monitored(self) -> list[tuple[str, str, MonitoredConfig]]:
        """Everything that is monitored: its key in the file, its name and what the file says."""
        sections: dict[str, dict[str, MonitoredConfig]] = {
            "endpoints": {**self.endpoints},
            "batch_transforms": {**self.batch_transforms},
            "served_elsewhere": {**self.served_elsewhere},
        }
        return [(section, name, config) for section, found in sections.items() for name, config in found.items()]
