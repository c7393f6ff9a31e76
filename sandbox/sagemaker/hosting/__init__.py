"""Serves models: from the archive in S3 to the answer of InvokeEndpoint and the captured record."""

from sandbox.sagemaker.hosting import capture, fleet, usage
from sandbox.sagemaker.hosting.capture import is_flushed
from sandbox.sagemaker.hosting.fleet import current_capture, deploy, remove, set_weights
from sandbox.sagemaker.hosting.flusher import flush
from sandbox.sagemaker.hosting.served import ServedModel
from sandbox.sagemaker.hosting.worker import OK, HostingError

__all__ = [
    "OK",
    "HostingError",
    "ServedModel",
    "current_capture",
    "deploy",
    "flush",
    "is_flushed",
    "remove",
    "reset",
    "set_weights",
]


def reset() -> None:
    """End every container and forget what was captured and counted."""
    capture.reset()
    usage.reset()
    fleet.reset()
