"""What a monitor reads. CloudFormation knows two inputs: endpoints and batch transform; the third uses the second."""

from __future__ import annotations

from typing import TypeAlias

from model_monitor.batch_transform import BatchTransform
from model_monitor.endpoint import MonitoredEndpoint
from model_monitor.errors import ConfigurationError
from model_monitor.served_elsewhere import ServedElsewhere

MonitorInput: TypeAlias = MonitoredEndpoint | BatchTransform | ServedElsewhere
"""A real-time endpoint, batch transform jobs, or a model that SageMaker does not serve."""


def require_served_by_sagemaker(input: MonitorInput, monitor: str, *, why: str) -> None:
    """Checks that a monitor can get what it needs beside captured predictions.

    Args:
        input: What is monitored.
        monitor: The monitor in words.
        why: What it needs.

    Raises:
        ConfigurationError: SageMaker does not serve the model.
    """
    if isinstance(input, ServedElsewhere):
        raise ConfigurationError(
            got=f"a {monitor} monitor of a model that SageMaker does not serve",
            expected=f"an endpoint, or batch transform: {why}",
            fix="monitor its data quality and its model quality",
        )
