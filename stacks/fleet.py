"""All stacks of a configuration file."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk

from model_monitor import MonitoringServices
from stacks.configuration.monitored import MonitoredConfig
from stacks.configuration.shared import Defaults
from stacks.loading import load
from stacks.monitoring_stack import MonitoringStack, environment
from stacks.problem_log import ProblemLog
from stacks.services_stack import ServicesStack
from stacks.settings import shared_settings

DEFAULT_FILE = "monitoring.yaml"
CONTEXT_KEY = "config"
"""`cdk synth -c config=other.yaml` chooses another file."""


def make_stacks(app: cdk.App) -> list[cdk.Stack]:
    """Makes the stacks of the file that the app's context names, `monitoring.yaml` by default.

    Args:
        app: Where they are made.

    Raises:
        InvalidConfigurationError: The file cannot be used; everything that is wrong with it is in the message.
    """
    fleet = load(Path(str(app.node.try_get_context(CONTEXT_KEY) or DEFAULT_FILE)))
    config, problems = fleet.config, ProblemLog(fleet.document)
    shared = _SharedServices(app, config.defaults, problems)
    stacks: list[cdk.Stack] = []
    for section, name, monitored in config.monitored:
        with problems.keeping(section, name):
            stacks.append(
                MonitoringStack(
                    app,
                    name=name,
                    config=monitored,
                    defaults=config.defaults,
                    services=shared.of(monitored) if monitored.shares_services(config.defaults) else None,
                    problems=problems,
                )
            )
    problems.require_none()
    return [*shared.stacks, *stacks]


class _SharedServices:
    """Services by account and region, made when first needed."""

    def __init__(self, app: cdk.App, defaults: Defaults, problems: ProblemLog) -> None:
        self._app = app
        self._defaults = defaults
        self._problems = problems
        self._made: dict[tuple[str | None, str | None], ServicesStack] = {}

    @property
    def stacks(self) -> list[ServicesStack]:
        return list(self._made.values())

    def of(self, monitored: MonitoredConfig) -> MonitoringServices:
        place = environment(shared_settings(monitored, self._defaults))
        key = (place.account, place.region)
        if key not in self._made:
            with self._problems.at("defaults"):
                self._made[key] = ServicesStack(
                    self._app, environment=place, number=len(self._made), settings=self._defaults
                )
        return self._made[key].services
