"""How long a request may take.

CloudFormation waits for a custom resource for an hour at most, and then says nothing but that it has waited. CDK's
Provider framework counts its polls, not the time. So a request keeps a limit of its own, shorter than both, and says
what it has waited for: the library sets CloudFormation's `ServiceTimeout` to 57 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

LIMIT_MINUTES = 52
# How long a role or policy may be unknown to some part of AWS after CloudFormation has made it. IAM promises no number;
# two minutes is more than what was reported (https://github.com/aws/aws-cdk/issues/37675).
FRESH_SECONDS = 120


def deadline(started: float) -> float:
    """Return until when a request may take that came at a time; both are seconds since 1970."""
    return started + LIMIT_MINUTES * 60


def is_over(event: Mapping[str, Any]) -> bool:
    """Say whether the deadline of a request has passed."""
    return time.time() > float(event["Deadline"])
