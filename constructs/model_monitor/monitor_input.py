"""What a monitor reads: CloudFormation knows these two inputs and no others."""

from __future__ import annotations

from typing import TypeAlias

from model_monitor.batch_transform import BatchTransform
from model_monitor.endpoint import MonitoredEndpoint

MonitorInput: TypeAlias = MonitoredEndpoint | BatchTransform
"""A real-time endpoint, or batch transform jobs."""
