"""Defaults for the SageMaker Python SDK, which does not take everything from the `AWS_*` variables.

Without them, `Session().default_bucket()` asks `sts.<region>.amazonaws.com` for the account whatever the endpoint
variables say, and every call is reported to AWS.
https://sagemaker.readthedocs.io/en/stable/overview.html#configuring-and-using-defaults-with-the-sagemaker-python-sdk
"""

import json
from pathlib import Path

VARIABLE = "SAGEMAKER_USER_CONFIG_OVERRIDE"
"""The SDK's variable with the path of such a file."""


def write(folder: Path, region: str, account_id: str) -> Path:
    """Write the file and return its path. JSON is YAML, too. The bucket has the name that the SDK would give it."""
    path = folder / "sagemaker-sdk" / "config.yaml"
    path.parent.mkdir()
    session = {"DefaultS3Bucket": f"sagemaker-{region}-{account_id}"}
    modules = {"TelemetryOptOut": True, "Session": session}
    path.write_text(json.dumps({"SchemaVersion": "1.0", "SageMaker": {"PythonSDK": {"Modules": modules}}}))
    return path
