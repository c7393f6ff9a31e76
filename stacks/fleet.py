"""All stacks of a configuration file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from jsii.errors import JSIIError

from stacks.loading import load
from stacks.monitoring_stack import MonitoringStack
from stacks.problem_log import ProblemLog, refused_by_the_cdk
from stacks.problems import InvalidConfigurationError, Problem

DEFAULT_FILE = "monitoring.yaml"
CONTEXT_KEY = "config"
"""`cdk synth -c config=other.yaml` chooses another file."""


def make_stacks(app: cdk.App) -> list[MonitoringStack]:
    """Make the stacks of the file that the app's context names, `monitoring.yaml` by default.

    Args:
        app: Where they are made.

    Raises:
        InvalidConfigurationError: The file cannot be used; everything that is wrong with it is in the message.
    """
    fleet = load(_file(app))
    problems = ProblemLog(fleet.document)
    stacks = []
    for section, name, config in fleet.config.monitored:
        with problems.keeping(section, name):
            stack = MonitoringStack(app, name=name, config=config, defaults=fleet.config.defaults, problems=problems)
            stack.document_path = (section, name)
            stacks.append(stack)
    problems.require_none()
    return stacks


def synthesise(app: cdk.App) -> None:
    """Make the stacks of the file and write their templates.

    Args:
        app: Where they are made.

    Raises:
        InvalidConfigurationError: The file cannot be used, or the CDK refuses a template that it describes.
    """
    stacks = make_stacks(app)
    try:
        app.synth()
    except JSIIError as error:
        raise InvalidConfigurationError(*_told_by_the_cdk(app, stacks, error)) from error


def _told_by_the_cdk(app: cdk.App, stacks: Sequence[MonitoringStack], error: JSIIError) -> tuple[Path, list[Problem]]:
    """Find the model whose stack an error names; the longest name wins, since names may contain each other."""
    document = load(_file(app)).document
    named = [stack for stack in stacks if stack.node.path in str(error)]
    longest = max(named, key=lambda stack: len(stack.node.path), default=None)
    path = () if longest is None else longest.document_path
    return document.file, [refused_by_the_cdk(error, document.line(path) if path else None, path)]


def _file(app: cdk.App) -> Path:
    return Path(str(app.node.try_get_context(CONTEXT_KEY) or DEFAULT_FILE))
