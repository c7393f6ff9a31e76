"""All stacks of a configuration file."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk

from stacks.loading import load
from stacks.monitoring_stack import MonitoringStack
from stacks.problem_log import ProblemLog

DEFAULT_FILE = "monitoring.yaml"
CONTEXT_KEY = "config"
"""`cdk synth -c config=other.yaml` chooses another file."""


def make_stacks(app: cdk.App) -> list[MonitoringStack]:
    """Makes the stacks of the file that the app's context names, `monitoring.yaml` by default.

    Args:
        app: Where they are made.

    Raises:
        InvalidConfigurationError: The file cannot be used; everything that is wrong with it is in the message.
    """
    fleet = load(Path(str(app.node.try_get_context(CONTEXT_KEY) or DEFAULT_FILE)))
    problems = ProblemLog(fleet.document)
    stacks = []
    for section, name, config in fleet.config.monitored:
        with problems.keeping(section, name):
            stacks.append(
                MonitoringStack(app, name=name, config=config, defaults=fleet.config.defaults, problems=problems)
            )
    problems.require_none()
    return stacks
