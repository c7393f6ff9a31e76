"""The stack of one endpoint, or of whatever else is monitored."""

from __future__ import annotations

import os
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import Annotations
from constructs import Construct

from model_monitor import (
    ConfigurationError,
    ModelMonitoring,
    Monitor,
    MonitoringServices,
)
from model_monitor.alarms.two_limits import ALARM_ABOVE_CONSTRAINT
from model_monitor.errors import Setting
from model_monitor.inputs.requirements import require_apart
from model_monitor.jobs.limits import require_tags
from stacks.configuration.monitored import KINDS, MonitoredConfig
from stacks.configuration.mutes import MuteConfig
from stacks.configuration.shared import Defaults, EnvironmentConfig, SharedSettings
from stacks.imports import Imports
from stacks.inputs import monitor_input
from stacks.problem_log import ProblemLog
from stacks.problems import DocumentPath
from stacks.services_stack import UNNAMED, notify, services_options

# Ids that the CDK leaves out of logical ids, so that they would meet those around them.
_HIDDEN_IDS = ("Default", "Resource")


class MonitoringStack(cdk.Stack):
    """Monitors and alarms of one model and, unless they are shared, key, bucket, topic and functions.

    A stack of its own: models are deployed and deleted independently, and none comes near CloudFormation's limit of
    500 resources.

    Attributes:
        document_path: Where the file describes it.
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
        self.document_path: DocumentPath = ()
        settings = config.over(defaults)
        super().__init__(
            scope,
            config.stack_name_of(name),
            env=environment(settings),
            tags=settings.tags,
            description=config.description_of(name),
        )
        self._imports = Imports(self, problems.at)
        self._problems = problems
        self._services = services
        monitoring = self._make_monitoring(name, config, settings)
        for kind in KINDS:
            self._add_monitors(monitoring, kind, config, defaults)
        self._mute(monitoring, settings.mutes)
        if settings.dashboard:
            monitoring.add_dashboard()
        if settings.query_tables:
            monitoring.add_query_tables()
        for index, reaction in enumerate(settings.on_violation or []):
            with self._imports.at("on_violation", index):
                monitoring.on_violation(
                    f"OnViolation{index}",
                    target=reaction.build(self._imports),
                    cool_down=reaction.cool_down,
                    features=reaction.features or (),
                    at_least=reaction.at_least,
                )

    def _make_monitoring(self, name: str, config: MonitoredConfig, settings: SharedSettings) -> ModelMonitoring:
        imports = self._imports
        monitored = monitor_input(self, name, config, imports, self._services)
        require_tags(settings.tags or {})
        with imports.at("compute"):
            compute = settings.compute.build(imports) if settings.compute else None
        with imports.at("network"):
            network = settings.network.build(imports) if settings.network else None
        # A model that shares services may still have a place and a key of its own.
        own = services_options(config if self._services else settings, imports)
        output = own.get("output")
        if output is not None:
            require_apart(output, monitored, option="output")
        monitoring = ModelMonitoring(
            self,
            UNNAMED,
            input=monitored,
            services=self._services,
            compute=compute,
            network=network,
            runbook_url=settings.runbook,
            report_page=settings.report_page,
            **own,
        )
        if self._services is None:
            notify(monitoring.services, settings, imports)
        return monitoring

    def _add_monitors(
        self, monitoring: ModelMonitoring, kind: str, config: MonitoredConfig, defaults: Defaults
    ) -> None:
        in_list = isinstance(getattr(config, kind), list)
        for index, monitor in enumerate(config.monitors(kind)):
            with self._problems.keeping(*((kind, index) if in_list else (kind,))):
                _require_free(monitoring, monitor.id)
                monitor.add_to(monitoring, defaults, self._imports)
                self._warn(monitoring.monitors[monitor.id])
                self._mute(monitoring.monitors[monitor.id], monitor.mutes)

    def _mute(self, muted: ModelMonitoring | Monitor, mutes: Sequence[MuteConfig] | None) -> None:
        for index, mute in enumerate(mutes or ()):
            with self._imports.at("mutes", index):
                muted.mute(*mute.build())

    def _warn(self, monitor: Monitor) -> None:
        """Say what the library warns of with the line of the file, instead of in Python."""
        if monitor.warnings:
            Annotations.of(monitor).acknowledge_warning(ALARM_ABOVE_CONSTRAINT, "The stack says it with its line.")
            texts = [self._problems.warning(warning) for warning in monitor.warnings]
            Annotations.of(self).add_warning_v2(f"{ALARM_ABOVE_CONSTRAINT}:{monitor.node.id}", "\n".join(texts))


def _require_free(monitoring: ModelMonitoring, name: str) -> None:
    """Check that a monitor is not called like something that the monitoring has already.

    Raises:
        ConfigurationError: The name is taken.
    """
    if name in _HIDDEN_IDS or (name not in monitoring.monitors and monitoring.node.try_find_child(name) is not None):
        raise ConfigurationError(
            option="name",
            value=name,
            expected="a name that the stack does not use itself, as it does Key, Bucket, Topic, Results and Alarm",
            fix=("for example ", Setting("name", f"{name}Monitor")),
        )


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
