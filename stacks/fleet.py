"""All stacks of a configuration file."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk

from stacks.endpoint_stack import EndpointMonitoringStack
from stacks.loading import load
from stacks.problem_log import ProblemLog

DEFAULT_FILE = "monitoring.yaml"
CONTEXT_KEY = "config"
"""`cdk synth -c config=other.yaml` chooses another file."""


def make_stacks(app: cdk.App) -> list[EndpointMonitoringStack]:
    """Makes the stacks of the file that the app's context names, `monitoring.yaml` by default.

    Args:
        app: Where they are made.

    Raises:
        InvalidConfigurationError: The file cannot be used; everything that is wrong with it is in the message.
    """
    fleet = load(Path(str(app.node.try_get_context(CONTEXT_KEY) or DEFAULT_FILE)))
    problems = ProblemLog(fleet.document)
    stacks = []
    for name, endpoint in fleet.config.endpoints.items():
        with problems.keeping("endpoints", name):
            stacks.append(
                EndpointMonitoringStack(
                    app, endpoint_name=name, config=endpoint, defaults=fleet.config.defaults, problems=problems
                )
            )
    problems.require_none()
    return stacks
