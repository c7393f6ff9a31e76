"""What the container of a job is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

OUTPUT_PATH = "/opt/ml/processing/output"
INPUTS = PurePosixPath("/opt/ml/processing/input")


@dataclass(frozen=True)
class Container:
    """Inputs (as `CreateProcessingJob` wants them), variables that the job sets itself, and the name of the output."""

    inputs: list[dict[str, Any]]
    environment: Mapping[str, str]
    output_name: str


def job_input(name: str, uri: str, *, folder: str | None = None) -> dict[str, Any]:
    """Return one input: everything whose key begins with a location, copied into a folder."""
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": str(INPUTS / (folder or name)),
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }
