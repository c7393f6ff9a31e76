"""Ends what the examples' loan model leaves behind; making it is in the example itself."""

from __future__ import annotations

from sandbox.process.client import SandboxProcess


def delete_endpoint(box: SandboxProcess, name: str) -> None:
    """Delete an endpoint and its configuration."""
    sagemaker = box.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=name)
    box.wait_until_idle()
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
