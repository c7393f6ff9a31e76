"""The stack of what the models of an account and region share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import aws_cdk as cdk
from constructs import Construct

from model_monitor import MonitoringServices, MonitoringServicesOptions
from stacks.configuration.notify import Slack
from stacks.configuration.shared import SharedSettings
from stacks.imports import Imports

_STACK_NAME = "ModelMonitoring-Services"
_REMOVAL_POLICIES = {"retain": cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, "destroy": cdk.RemovalPolicy.DESTROY}
# The id is left out of names, which then read `modelmonitoring-<endpoint>-dataquality-...`.
UNNAMED = "Default"


class ServicesStack(cdk.Stack):
    """Key, bucket, topic and functions, once for all models that share them.

    Attributes:
        services: Them.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: cdk.Environment,
        number: int,
        settings: SharedSettings,
        at: Callable[..., AbstractContextManager[None]],
    ) -> None:
        """Make the stack.

        Args:
            scope: The app.
            environment: Account and region.
            number: Which of several such stacks it is, from 0: one for each account and region of the file.
            settings: What the file says of all models.
            at: Names the part of the file that a block is about.
        """
        super().__init__(
            scope,
            f"{_STACK_NAME}{number or ''}",
            stack_name=_STACK_NAME,
            env=environment,
            tags=settings.tags,
            description="What the monitors of several models share: bucket, key, topic and functions",
        )
        imports = Imports(self, at)
        self.services = MonitoringServices(
            self, UNNAMED, subject="several models", **services_options(settings, imports)
        )
        notify(self.services, settings, imports)
        if settings.dashboard:
            self.services.add_dashboard()


def services_options(settings: SharedSettings, imports: Imports) -> MonitoringServicesOptions:
    """Return the options of services, shared or a model's own."""
    options: MonitoringServicesOptions = {}
    if settings.removal_policy:
        options["removal_policy"] = _REMOVAL_POLICIES[settings.removal_policy]
    with imports.at("output"):
        if settings.output:
            options["output"] = imports.location(settings.output)
    with imports.at("encryption_key"):
        if settings.encryption_key:
            options["encryption_key"] = imports.key(settings.encryption_key)
    with imports.at("topic"):
        if settings.topic:
            options["topic"] = imports.topic(settings.topic)
    return options


def notify(services: MonitoringServices, settings: SharedSettings, imports: Imports) -> None:
    """Tell people what monitors find, and add the function by which they control them."""
    for index, channel in enumerate(settings.notify or []):
        with imports.at("notify", index):
            if isinstance(channel, Slack):
                ids = channel.slack
                services.notify_slack(f"Slack{ids.channel}", workspace_id=ids.workspace, channel_id=ids.channel)
            else:
                services.notify(channel.build(imports))
    if settings.schedule_control:
        services.add_schedule_control()
