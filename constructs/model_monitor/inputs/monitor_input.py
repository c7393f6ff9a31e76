"""What a monitor reads. CloudFormation knows two inputs: endpoints and batch transform; the third uses the second."""

from __future__ import annotations

from typing import TypeAlias

from model_monitor.inputs.batch_transform import BatchTransform
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.served_elsewhere import ServedElsewhere

MonitorInput: TypeAlias = MonitoredEndpoint | BatchTransform | ServedElsewhere
"""A real-time endpoint, batch transform jobs, or a model that SageMaker does not serve."""
