"""The stack of one endpoint."""

from __future__ import annotations

import os

import aws_cdk as cdk
from constructs import Construct

from model_monitor import EndpointMonitoring, MonitoredEndpoint
from stacks import translation
from stacks.configuration.data_quality import DataQualityConfig, DataQualitySettings
from stacks.configuration.fleet import Defaults, EndpointConfig, EnvironmentConfig, SharedSettings
from stacks.problem_log import ProblemLog
from stacks.settings import data_quality_settings, shared_settings

_REMOVAL_POLICIES = {"retain": cdk.RemovalPolicy.RETAIN, "destroy": cdk.RemovalPolicy.DESTROY}
# The id is left out of names, which then read `modelmonitoring-<endpoint>-dataquality-...`.
_UNNAMED = "Default"


class EndpointMonitoringStack(cdk.Stack):
    """Key, bucket, topic, functions, monitors and alarms of one endpoint.

    A stack of its own: endpoints are deployed and deleted independently, and none comes near CloudFormation's limit of
    500 resources.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        endpoint_name: str,
        config: EndpointConfig,
        defaults: Defaults,
        problems: ProblemLog,
    ) -> None:
        """Makes the stack.

        Args:
            scope: The app.
            endpoint_name: Name of the endpoint.
            config: What the file says of it.
            defaults: What the file says of all endpoints.
            problems: Where settings are kept that the construct library refuses.
        """
        settings = shared_settings(config, defaults)
        super().__init__(
            scope,
            config.stack_name_of(endpoint_name),
            env=_environment(settings.environment or EnvironmentConfig()),
            tags=settings.tags,
            description=f"Monitors of the SageMaker endpoint {endpoint_name}",
        )
        self._imports = translation.Imports(self)
        self._problems = problems
        monitoring = self._make_monitoring(endpoint_name, config, settings)
        for index, monitor in enumerate(config.data_quality_monitors):
            path = ("data_quality", index) if isinstance(config.data_quality, list) else ("data_quality",)
            with problems.keeping(*path):
                self._add_data_quality(monitoring, monitor, data_quality_settings(monitor, defaults.data_quality))

    def _make_monitoring(
        self, endpoint_name: str, config: EndpointConfig, settings: SharedSettings
    ) -> EndpointMonitoring:
        imports = self._imports
        monitoring = EndpointMonitoring(
            self,
            _UNNAMED,
            endpoint=MonitoredEndpoint.from_endpoint_name(
                endpoint_name, capture_location=imports.location(config.capture)
            ),
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

    def _add_data_quality(
        self, monitoring: EndpointMonitoring, monitor: DataQualityConfig, settings: DataQualitySettings
    ) -> None:
        at, imports = self._problems.at, self._imports
        with at("baseline"):
            baseline = imports.baseline(monitor.baseline)
        with at("schedule"):
            schedule = translation.schedule(settings.schedule) if settings.schedule else None
        with at("constraints"):
            constraints = translation.constraints(settings.constraints) if settings.constraints else None
        with at("alarms"):
            alarms = translation.alarms(settings.alarms) if settings.alarms else None
        monitoring.add_data_quality(
            monitor.name,
            baseline=baseline,
            schedule=schedule,
            constraints=constraints,
            categorical=settings.categorical,
            preprocessor=translation.script(settings.preprocessor) if settings.preprocessor else None,
            postprocessor=translation.script(settings.postprocessor) if settings.postprocessor else None,
            alarms=alarms,
            compute=imports.compute(settings.compute) if settings.compute else None,
            network=imports.network(settings.network) if settings.network else None,
            role=imports.role(settings.role) if settings.role else None,
            environment=settings.variables,
        )


def _environment(config: EnvironmentConfig) -> cdk.Environment:
    # The CLI sets both variables from its credentials; without any, the stack fits every account and region.
    return cdk.Environment(
        account=config.account or os.environ.get("CDK_DEFAULT_ACCOUNT"),
        region=config.region or os.environ.get("CDK_DEFAULT_REGION"),
    )
