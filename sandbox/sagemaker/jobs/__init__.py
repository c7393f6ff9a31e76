"""Runs processing jobs as subprocesses with the contract of SageMaker's containers."""

from sandbox.sagemaker.jobs.runner import reset, stop, submit

__all__ = ["reset", "stop", "submit"]
