"""Names of job definitions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from aws_cdk import Fn

from model_monitor.engine.definition import MonitorDefinition
from model_monitor.engine.job_definitions import JobDefinition
from model_monitor.internal.lazy import canonical_json, lazy_string

_NAME_LENGTH = 63
_VERSION_LENGTH = 16  # of the baseline's fingerprint
_DIGEST_LENGTH = 8


def definition_name(job_definition: JobDefinition, definition: MonitorDefinition, properties: Iterable[str]) -> str:
    """A name that changes exactly when the definition does.

    Definitions are immutable and CloudFormation makes the new one before it deletes the old one, so an unchanged name
    would collide. The digest is taken of the resolved properties as they are in the end, tags included (aspects may
    change them), never of a token. What is only known during the deployment, the version of the baseline, is joined as
    it is. The monitor's full name is part of it because the name's readable part may be cut.
    """

    def digest() -> str:
        content = canonical_json(
            scope=job_definition,
            value=[
                definition.name,
                {name: getattr(job_definition, name) for name in properties},
                definition.baseline.content,
                definition.input.identity,
                job_definition.tags.tag_values(),
            ],
        )
        return hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LENGTH]

    room = _NAME_LENGTH - _VERSION_LENGTH - _DIGEST_LENGTH - len("--")
    base = definition.name[:room].rstrip("-")
    return Fn.join("-", [base, lazy_string(digest), definition.baseline.version])
