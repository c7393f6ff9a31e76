"""Runs batch transform jobs: records in, predictions out, and manifests of both for the monitors."""

from sandbox.sagemaker.transform.runner import reset, stop, submit

__all__ = ["reset", "stop", "submit"]
