"""All stacks of a configuration file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk

from model_monitor import MonitoringServices
from stacks.cdk_errors import CDK_ERRORS, is_of_the_cdk
from stacks.configuration.monitored import MonitoredConfig
from stacks.configuration.shared import Defaults
from stacks.loading import load
from stacks.monitoring_stack import MonitoringStack, environment
from stacks.problem_log import ProblemLog, refused_by_the_cdk
from stacks.problems import InvalidConfigurationError, Problem
from stacks.services_stack import ServicesStack

DEFAULT_FILE = "monitoring.yaml"
CONTEXT_KEY = "config"
"""`cdk synth -c config=other.yaml` chooses another file."""


def make_stacks(app: cdk.App) -> list[MonitoringStack]:
    """Make the stacks of the file that the app's context names, `monitoring.yaml` by default.

    Raises:
        InvalidConfigurationError: The file cannot be used; everything that is wrong with it is in the message.
    """
    fleet = load(_file(app))
    config, problems = fleet.config, ProblemLog(fleet.document)
    shared = _SharedServices(app, config.defaults, problems)
    stacks = []
    for section, name, monitored in config.monitored:
        is_shared = monitored.shares_services(config.defaults)
        services = shared.of(monitored) if is_shared else None
        if is_shared and services is None:
            continue
        with problems.keeping(section, name):
            stack = MonitoringStack(
                app, name=name, config=monitored, defaults=config.defaults, services=services, problems=problems
            )
            stack.document_path = (section, name)
            stacks.append(stack)
    problems.require_none()
    return stacks


class _SharedServices:
    """Services by account and region, made when first needed."""

    def __init__(self, app: cdk.App, defaults: Defaults, problems: ProblemLog) -> None:
        self._app = app
        self._defaults = defaults
        self._problems = problems
        self._made: dict[tuple[str | None, str | None], ServicesStack | None] = {}

    def of(self, monitored: MonitoredConfig) -> MonitoringServices | None:
        """Return the services of a model, or None where they cannot be made; the problem is kept once."""
        place = environment(monitored.over(self._defaults))
        key = (place.account, place.region)
        if key not in self._made:
            number = len(self._made)
            self._made[key] = None
            with self._problems.keeping("defaults"):
                self._made[key] = ServicesStack(
                    self._app,
                    environment=place,
                    number=number,
                    settings=self._defaults,
                    at=self._problems.at,
                )
        made = self._made[key]
        return made.services if made else None


def synthesise(app: cdk.App) -> None:
    """Make the stacks of the file and write their templates.

    Raises:
        InvalidConfigurationError: The file cannot be used, or the CDK refuses a template that it describes.
    """
    stacks = make_stacks(app)
    try:
        app.synth()
    except CDK_ERRORS as error:
        if not is_of_the_cdk(error):
            raise
        raise InvalidConfigurationError(*_told_by_the_cdk(app, stacks, error)) from error


def _told_by_the_cdk(app: cdk.App, stacks: Sequence[MonitoringStack], error: Exception) -> tuple[Path, list[Problem]]:
    """Find the model whose stack an error names; the longest name wins, since names may contain each other."""
    document = load(_file(app)).document
    named = [stack for stack in stacks if stack.node.path in str(error)]
    longest = max(named, key=lambda stack: len(stack.node.path), default=None)
    path = () if longest is None else longest.document_path
    return document.file, [refused_by_the_cdk(error, document.line(path) if path else None, path)]


def _file(app: cdk.App) -> Path:
    return Path(str(app.node.try_get_context(CONTEXT_KEY) or DEFAULT_FILE))
