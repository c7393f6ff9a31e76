"""The stack of one endpoint, or of whatever else is monitored."""

from __future__ import annotations

import os

import aws_cdk as cdk
from constructs import Construct

from model_monitor import ModelMonitoring
from stacks.configuration.monitored import KINDS, MonitoredConfig
from stacks.configuration.shared import Defaults, EnvironmentConfig, SharedSettings
from stacks.imports import Imports
from stacks.inputs import monitor_input
from stacks.monitors import add_monitor
from stacks.monitors.values import MonitorValues
from stacks.problem_log import ProblemLog
from stacks.settings import shared_settings

_REMOVAL_POLICIES = {"retain": cdk.RemovalPolicy.RETAIN, "destroy": cdk.RemovalPolicy.DESTROY}
# The id is left out of names, which then read `modelmonitoring-<endpoint>-dataquality-...`.
_UNNAMED = "Default"


class MonitoringStack(cdk.Stack):
    """Key, bucket, topic, functions, monitors and alarms of one model.

    A stack of its own: models are deployed and deleted independently, and none comes near CloudFormation's limit of
    500 resources.
    """

    def __init__(
        self, scope: Construct, *, name: str, config: MonitoredConfig, defaults: Defaults, problems: ProblemLog
    ) -> None:
        """Makes the stack.

        Args:
            scope: The app.
            name: Name of the endpoint, or what the file calls whatever else is monitored.
            config: What the file says of it.
            defaults: What the file says of all.
            problems: Where settings are kept that the construct library refuses.
        """
        settings = shared_settings(config, defaults)
        super().__init__(
            scope,
            config.stack_name_of(name),
            env=_environment(settings.environment or EnvironmentConfig()),
            tags=settings.tags,
            description=config.description_of(name),
        )
        self._imports = Imports(self)
        self._problems = problems
        monitoring = self._make_monitoring(name, config, settings)
        for kind in KINDS:
            self._add_monitors(monitoring, kind, config, defaults)

    def _make_monitoring(self, name: str, config: MonitoredConfig, settings: SharedSettings) -> ModelMonitoring:
        imports = self._imports
        with self._problems.at("capture"):
            monitored = monitor_input(self, name, config, imports)
        monitoring = ModelMonitoring(
            self,
            _UNNAMED,
            input=monitored,
            output=imports.location(settings.output) if settings.output else None,
            encryption_key=imports.key(settings.encryption_key) if settings.encryption_key else None,
            topic=imports.topic(settings.topic) if settings.topic else None,
            compute=imports.compute(settings.compute) if settings.compute else None,
            network=imports.network(settings.network) if settings.network else None,
            runbook_url=settings.runbook,
            removal_policy=_REMOVAL_POLICIES[settings.removal_policy or "retain"],
        )
        monitoring.notify(*(imports.channel(channel) for channel in settings.notify or []))
        return monitoring

    def _add_monitors(
        self, monitoring: ModelMonitoring, kind: str, config: MonitoredConfig, defaults: Defaults
    ) -> None:
        values = MonitorValues(self._imports, self._problems.at)
        in_list = isinstance(getattr(config, kind), list)
        for index, monitor in enumerate(config.monitors(kind)):
            with self._problems.keeping(*((kind, index) if in_list else (kind,))):
                add_monitor(monitoring, monitor, defaults, values)


def _environment(config: EnvironmentConfig) -> cdk.Environment:
    # The CLI sets both variables from its credentials; without any, the stack fits every account and region.
    return cdk.Environment(
        account=config.account or os.environ.get("CDK_DEFAULT_ACCOUNT"),
        region=config.region or os.environ.get("CDK_DEFAULT_REGION"),
    )
