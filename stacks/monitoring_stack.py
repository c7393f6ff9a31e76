"""The stack of one endpoint, or of whatever else is monitored."""

from __future__ import annotations

import os

import aws_cdk as cdk
from constructs import Construct

from model_monitor import ModelMonitoring, MonitoringServices, MonitoringServicesOptions, MonitorOptions
from stacks.configuration.monitored import KINDS, MonitoredConfig
from stacks.configuration.shared import Defaults, EnvironmentConfig, SharedSettings
from stacks.imports import Imports
from stacks.inputs import monitor_input
from stacks.monitors import add_monitor
from stacks.monitors.values import MonitorValues
from stacks.problem_log import ProblemLog
from stacks.services_stack import UNNAMED, services_options
from stacks.settings import shared_settings


class MonitoringStack(cdk.Stack):
    """Monitors and alarms of one model and, unless they are shared, key, bucket, topic and functions.

    A stack of its own: models are deployed and deleted independently, and none comes near CloudFormation's limit of
    500 resources.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        config: MonitoredConfig,
        defaults: Defaults,
        services: MonitoringServices | None,
        problems: ProblemLog,
    ) -> None:
        """Make the stack.

        Args:
            scope: The app.
            name: Name of the endpoint, or what the file calls whatever else is monitored.
            config: What the file says of it.
            defaults: What the file says of all.
            services: Those that several models share. `None`: the stack has its own.
            problems: Where settings are kept that the construct library refuses.
        """
        settings = shared_settings(config, defaults)
        super().__init__(
            scope,
            config.stack_name_of(name),
            env=environment(settings),
            tags=settings.tags,
            description=config.description_of(name),
        )
        self._imports = Imports(self)
        self._problems = problems
        self._services = services
        monitoring = self._make_monitoring(name, config, settings)
        values = MonitorValues(self._imports, problems.at, self._places(config) if services else {})
        for kind in KINDS:
            self._add_monitors(monitoring, kind, config, defaults, values)

    def _make_monitoring(self, name: str, config: MonitoredConfig, settings: SharedSettings) -> ModelMonitoring:
        imports = self._imports
        with self._problems.at("capture"):
            monitored = monitor_input(self, name, config, imports, self._services)
        own: MonitoringServicesOptions = {} if self._services else services_options(settings, imports)
        monitoring = ModelMonitoring(
            self,
            UNNAMED,
            input=monitored,
            services=self._services,
            compute=imports.compute(settings.compute) if settings.compute else None,
            network=imports.network(settings.network) if settings.network else None,
            runbook_url=settings.runbook,
            **own,
        )
        if self._services is None:
            monitoring.notify(*(imports.channel(channel) for channel in settings.notify or []))
            if settings.schedule_control:
                monitoring.add_schedule_control()
        return monitoring

    def _places(self, config: MonitoredConfig) -> MonitorOptions:
        """What a model that shares services says of its own place and key."""
        places: MonitorOptions = {}
        if config.output:
            places["output"] = self._imports.location(config.output)
        if config.encryption_key:
            places["encryption_key"] = self._imports.key(config.encryption_key)
        return places

    def _add_monitors(
        self,
        monitoring: ModelMonitoring,
        kind: str,
        config: MonitoredConfig,
        defaults: Defaults,
        values: MonitorValues,
    ) -> None:
        in_list = isinstance(getattr(config, kind), list)
        for index, monitor in enumerate(config.monitors(kind)):
            with self._problems.keeping(*((kind, index) if in_list else (kind,))):
                add_monitor(monitoring, monitor, defaults, values)


def environment(settings: SharedSettings) -> cdk.Environment:
    """Return where a stack is deployed.

    Args:
        settings: What the file says of it.
    """
    config = settings.environment or EnvironmentConfig()
    # The CLI sets both variables from its credentials; without any, the stack fits every account and region.
    return cdk.Environment(
        account=config.account or os.environ.get("CDK_DEFAULT_ACCOUNT"),
        region=config.region or os.environ.get("CDK_DEFAULT_REGION"),
    )
