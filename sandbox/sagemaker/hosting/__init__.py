"""Serves models: from the archive in S3 to the answer of InvokeEndpoint and the captured record."""

from sandbox.sagemaker.hosting import capture, fleet, usage
from sandbox.sagemaker.hosting.capture import is_flushed
from sandbox.sagemaker.hosting.fleet import current_capture, deploy, remove
from sandbox.sagemaker.hosting.flusher import flush
from sandbox.sagemaker.hosting.worker import HostingError

__all__ = ["HostingError", "current_capture", "deploy", "flush", "is_flushed", "remove", "reset"]


def reset() -> None:
    """End every container and forget what was captured and counted."""
    capture.reset()
    usage.reset()
    fleet.reset()
