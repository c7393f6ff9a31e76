"""Names of job definitions."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from aws_cdk import CfnResource

from model_monitor.engine.definition import MonitorDefinition
from model_monitor.internal.lazy import canonical_json, lazy_string

_NAME_LENGTH = 63
_VERSION_LENGTH = 16  # of the baseline's fingerprint
_DIGEST_LENGTH = 8
_SNAKE = re.compile("([A-Z])")


def definition_name(definition: MonitorDefinition, made: list[CfnResource]) -> str:
    """A name that changes exactly when the definition does.

    Definitions are immutable and CloudFormation makes the new one before it deletes the old one, so an unchanged name
    would collide. The digest is taken of the resolved properties as they are in the end, tags included (aspects may
    change them), never of a token. What is only known during the deployment, the version of the baseline, is joined as
    it is. The monitor's full name is part of it because the name's readable part may be cut.

    Args:
        definition: The monitor.
        made: The job definition; it is put there after it was given this name.
    """

    def digest() -> str:
        (job_definition,) = made
        # All in one message to the CDK's process.
        properties: dict[str, Any] = dict(job_definition._cfn_properties)
        tags = {tag["key"]: tag["value"] for tag in properties.pop("tags", None) or []}
        del properties["jobDefinitionName"]
        content = canonical_json(
            scope=job_definition,
            value=[
                definition.name,
                {_SNAKE.sub(r"_\1", name).lower(): value for name, value in properties.items()},
                definition.baseline.content,
                definition.input.identity,
                tags,
            ],
        )
        return hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LENGTH]

    room = _NAME_LENGTH - _VERSION_LENGTH - _DIGEST_LENGTH - len("--")
    base = definition.name[:room].rstrip("-")
    return f"{base}-{lazy_string(digest)}-{definition.baseline.version}"
