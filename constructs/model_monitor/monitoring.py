"""Where to start: the monitorings of an endpoint, of batch transform, and of a model that is served elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Unpack

from aws_cdk import aws_cloudwatch as cloudwatch, aws_events as events, aws_sns as sns
from constructs import Construct

from model_monitor.alarms.composite import CompositeAlarms
from model_monitor.alarms.description import arn_length
from model_monitor.clarify.bias import ModelBiasMonitor, ModelBiasOptions
from model_monitor.clarify.explainability import ModelExplainabilityMonitor, ModelExplainabilityOptions
from model_monitor.dashboard.model import ModelDashboard
from model_monitor.data_quality.monitor import DataQualityMonitor, DataQualityOptions
from model_monitor.engine import IMonitorEngine
from model_monitor.errors import ConfigurationError, OptionName
from model_monitor.inputs.batch_transform import BatchTransform
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.monitor_input import MonitorInput, called
from model_monitor.inputs.served_elsewhere import ServedElsewhere
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import granted_together
from model_monitor.internal.reachable import require_reachable, require_reachable_place, require_same_environment
from model_monitor.internal.stacks import stack_of
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork
from model_monitor.model_quality.monitor import ModelQualityMonitor, ModelQualityOptions
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import require_options
from model_monitor.mutes import Mute, unknown_alarm, warn_if_over
from model_monitor.query.tables import QueryTables
from model_monitor.run_events import RunEvents
from model_monitor.schedule_control import ScheduleControl
from model_monitor.services import MonitoringServices, MonitoringServicesOptions

# The id is left out of names and logical ids: with its own services, a monitoring's key and bucket are its own.
_SERVICES = "Default"
_TAKEN = frozenset(
    [
        "Access",
        "Alarm",
        "Bucket",
        "BucketName",
        "Control",
        "Dashboard",
        "Fleet",
        "Queries",
        "Tables",
        "Default",
        "Key",
        "Resource",
        "Results",
        "Topic",
        "TopicArn",
    ]
)
# With the services of several models, a place and a key of its own are those of a model's baselines and reports.
_OF_ONE_MODEL = frozenset(["output", "encryption_key"])
# EventBridge takes 4,096 characters, of which the rest of the pattern is less than 200:
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
_ALARMS_OF_A_RULE_LENGTH = 3_900
_SHARED_OPTIONS = frozenset(MonitoringServicesOptions.__optional_keys__)
_Monitor = TypeVar("_Monitor", bound=Monitor)


class MonitoringOptions(MonitoringServicesOptions, total=False):
    """Options of a monitoring, beside those of its services (see `MonitoringServicesOptions`).

    Attributes:
        services: Key, bucket, topic and functions that other monitorings use too. Excludes `topic` and
            `removal_policy`; `output` and `encryption_key` are then those of this model's baselines and reports.
            Default: its own.
        compute: Machines of jobs. Default: one ml.m5.xlarge with 20 GiB.
        network: Network of jobs. Default: isolated where jobs call no model, without a VPC.
        engine: Who runs monitors. Default: Amazon SageMaker Model Monitor.
        tags: Tags of jobs, definitions and schedules, beside those of the stack.
        runbook_url: Named in alarms and messages.
        report_page: Whether a page that people can read is written beside the files of each run. Default: it is.
    """

    services: MonitoringServices | None
    compute: MonitorCompute | None
    network: MonitorNetwork | None
    engine: IMonitorEngine | None
    tags: Mapping[str, str] | None
    runbook_url: str | None
    report_page: bool | None


@checked
class ModelMonitoring(RunEvents):
    """Everything around one model: monitors of all four kinds, alarms, one message channel.

    Attributes:
        input: What is monitored.
        services: Key, bucket, topic and functions.
        monitors: All monitors, by construct id.
    """

    @granted_together()
    def __init__(self, scope: Construct, id: str, *, input: MonitorInput, **options: Unpack[MonitoringOptions]) -> None:
        """Make the services, unless they are given, and the role that the functions assume for this model.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored.
            **options: See `MonitoringOptions`.

        Raises:
            ConfigurationError: Services together with options of services.
        """
        super().__init__(scope, id)
        stack_of(self, parent=scope)
        require_options(options, MonitoringOptions)
        for location in input.reads:
            require_reachable_place(location, self, option="capture")
        require_reachable(input.dependency, self, option="endpoint")
        self.input = input
        self.services = _services(self, input, options)
        self.monitors: dict[str, Monitor] = {}
        self._options = options
        self._dashboards: list[ModelDashboard] = []
        self._mutes: list[Mute] = []
        self._access = self.services.access_role(self, "Access", subject=input.title)
        self._composite = CompositeAlarms(
            self,
            subject=input.title,
            model=called(input),
            topic=self.services.topic,
            runbook_url=options.get("runbook_url"),
        )

    def add_data_quality(self, id: str = "DataQuality", **options: Unpack[DataQualityOptions]) -> DataQualityMonitor:
        """Watch what the model is sent: drift, missing values, types and allowed values.

        Args:
            id: Construct id; there can be several such monitors.
            **options: See `DataQualityOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        return self._add(DataQualityMonitor, id, options)

    def add_model_quality(
        self, id: str = "ModelQuality", **options: Unpack[ModelQualityOptions]
    ) -> ModelQualityMonitor:
        """Watch how good predictions turn out to be once the truth is known.

        Args:
            id: Construct id; there can be several such monitors.
            **options: See `ModelQualityOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        return self._add(ModelQualityMonitor, id, options)

    def add_model_bias(self, id: str = "ModelBias", **options: Unpack[ModelBiasOptions]) -> ModelBiasMonitor:
        """Watch whether the model treats groups of people alike.

        Args:
            id: Construct id; there can be several such monitors.
            **options: See `ModelBiasOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        return self._add(ModelBiasMonitor, id, options)

    def add_model_explainability(
        self, id: str = "ModelExplainability", **options: Unpack[ModelExplainabilityOptions]
    ) -> ModelExplainabilityMonitor:
        """Watch whether predictions still depend on what they depended on.

        Args:
            id: Construct id; there can be several such monitors.
            **options: See `ModelExplainabilityOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        return self._add(ModelExplainabilityMonitor, id, options)

    def notify(self, *subscriptions: sns.ITopicSubscription) -> None:
        """Tell people or programs what monitors find, all of those that share the services.

        Args:
            *subscriptions: From `aws_cdk.aws_sns_subscriptions`: e-mail, HTTPS, SQS and others.
        """
        self.services.notify(*subscriptions)

    def mute(self, *mutes: Mute) -> None:
        """Neither tell nor count something for a while, of all monitors, present or added later.

        Args:
            *mutes: What, and until when; see `Monitor.mute`. An alarm must exist already.

        Raises:
            ConfigurationError: No monitor has such an alarm, or it is the one that says that nobody is watching.
        """
        for mute in mutes:
            warn_if_over(self, mute)
            taken = [monitor.take_mute(mute) for monitor in self.monitors.values()]
            if mute.alarm_title is not None and not any(taken):
                titles = [title for monitor in self.monitors.values() for title in monitor.alarm_titles]
                raise unknown_alarm(mute, dict.fromkeys(titles))
            self._mutes.append(mute)

    def add_schedule_control(self) -> ScheduleControl:
        """Add the function that starts, stops and runs monitors on demand."""
        return self.services.add_schedule_control()

    def add_dashboard(self, id: str = "Dashboard", *, features: Sequence[str] = ()) -> ModelDashboard:
        """Show the model on one page: calls, capture, alarms, and what monitors measure beside its limits.

        CloudWatch gives an account three dashboards and takes 3 USD a month for each further one. What a dashboard
        shows that no alarm needs is published for it, each metric for 0.30 USD a month: every feature named here, once
        for its drift and once for its contribution, up to three metrics of model quality, one of bias per group, and
        the age of what was captured.

        Args:
            id: Construct id.
            features: Features whose drift and contribution are drawn. Default: those with an alarm.

        Raises:
            ConfigurationError: More features than a dashboard can show.
        """
        dashboard = ModelDashboard(
            self,
            id,
            input=self.input,
            monitors=self.monitors,
            features=features,
            runbook_url=self._options.get("runbook_url"),
            others=lambda: self.services.dashboard_name,
        )
        self._dashboards.append(dashboard)
        return dashboard

    def add_query_tables(self, *, variants: Sequence[str] = ("AllTraffic",)) -> QueryTables:
        """Let Athena query what monitors find and, of an endpoint, what was captured.

        Runs, violations, statistics and metrics of all monitors that share the services are in the same tables.

        Args:
            variants: Names of the endpoint's production variants, whose captured calls can be queried.

        Raises:
            ConfigurationError: No variants.
        """
        tables = self.services.add_query_tables()
        endpoint = self.input.endpoint_name
        if endpoint is not None and self.node.try_find_child("Queries") is None:
            place = Construct(self, "Queries")
            tables.add_captured(
                place, "Captured", endpoint_name=endpoint, records=self.input.records, variants=variants
            )
        return tables

    def on_alarm(
        self, id: str, *, target: events.IRuleTarget, alarms: Sequence[cloudwatch.IAlarm] | None = None
    ) -> events.Rule:
        """React to alarms that go into ALARM: once each time, however long they stay there.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets CloudWatch's event.
            alarms: Which ones. Default: the composite alarm, which any alarm of any monitor puts into ALARM.

        Raises:
            ConfigurationError: No alarms are chosen, no monitor has one, or there are too many for one rule.
        """
        chosen = [self.composite_alarm] if alarms is None else alarms
        if not chosen:
            raise ConfigurationError(
                option="alarms",
                value=[],
                expected="at least one alarm",
                fix=("leave ", OptionName("alarms"), " out for the composite alarm"),
            )
        names: dict[cloudwatch.IAlarm, str] = {
            alarm: name
            for monitor in self.monitors.values()
            for alarm, name in zip(monitor.alarms, monitor.alarm_names, strict=True)
        }
        if sum(arn_length(names.get(alarm) or alarm.alarm_name) for alarm in chosen) > _ALARMS_OF_A_RULE_LENGTH:
            raise ConfigurationError(
                option="alarms",
                got=f"{len(chosen)} alarms, whose ARNs are too long for one rule",
                expected="at most 4,096 characters: EventBridge takes no longer pattern",
                fix=("make several rules, or leave ", OptionName("alarms"), " out for the composite alarm"),
            )
        return events.Rule(
            self,
            id,
            description=f"An alarm of {self.input.title} goes into ALARM",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                resources=[alarm.alarm_arn for alarm in chosen],
                detail={"state": {"value": ["ALARM"]}},
            ),
            targets=[target],
        )

    def add_reaction(self, reaction: Mapping[str, object]) -> None:
        """Have the results function decide for each run of any monitor whether a reaction is due.

        Args:
            reaction: See `ReactionConditions.to_document`.
        """
        super().add_reaction(reaction)
        for monitor in self.monitors.values():
            monitor.add_reaction(reaction)

    @property
    def composite_alarm(self) -> cloudwatch.CompositeAlarm:
        """The alarm that goes into ALARM with any alarm of any monitor. Only it notifies: people get one call.

        Raises:
            ConfigurationError: No monitor has an alarm.
        """
        if self._composite.alarm is None:
            raise ConfigurationError(
                got="a monitoring without alarms",
                expected="a monitor with at least one alarm",
                fix="call add_data_quality(...) first, with at least one alarm switched on",
            )
        return self._composite.alarm

    def _schedule_names(self) -> list[str]:
        return [monitor.monitoring_schedule_name for monitor in self.monitors.values()]

    def _runs_in_words(self) -> str:
        return f"any monitor of {self.input.title}"

    def _add(self, kind: type[_Monitor], id: str, options: Mapping[str, Any]) -> _Monitor:
        if id in self.monitors or id in _TAKEN or self.node.try_find_child(id) is not None:
            raise ConfigurationError(
                got=f"a second monitor with the id {id!r}" if id in self.monitors else f"a monitor with the id {id!r}",
                expected="an id of its own",
                fix=f"choose another id, for example {f'{id}Daily'!r}",
            )
        own = {name: value for name, value in self._options.items() if name in kind.INHERITED}
        given = {name: value for name, value in options.items() if value is not None or name not in own}
        monitor = kind(self, id, input=self.input, services=self.services, access=self._access, **{**own, **given})
        self.monitors[id] = monitor
        self._composite.add(id, monitor.alarms, monitor.alarm_names)
        for reaction in self._reactions:
            monitor.add_reaction(reaction)
        for mute in self._mutes:
            monitor.take_mute(mute)
        for dashboard in self._dashboards:
            dashboard.watch(monitor)
        return monitor


@checked
class EndpointMonitoring(ModelMonitoring):
    """Watch one endpoint: add monitors, and say who is told.

    Attributes:
        endpoint: What is monitored.

    Example:
        ```python
        monitoring = EndpointMonitoring(self, "Credit", endpoint=endpoint)
        monitoring.add_data_quality(baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()))
        monitoring.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
        ```
    """

    def __init__(
        self, scope: Construct, id: str, *, endpoint: MonitoredEndpoint, **options: Unpack[MonitoringOptions]
    ) -> None:
        """Make the services, unless they are given.

        Args:
            scope: Parent.
            id: Construct id.
            endpoint: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id, input=endpoint, **options)
        self.endpoint = endpoint


@checked
class BatchMonitoring(ModelMonitoring):
    """Watch the batch transform jobs of one model, as `EndpointMonitoring` watches an endpoint.

    Attributes:
        transform: What is monitored.

    Example:
        ```python
        transform = BatchTransform.of(captured=captured, files=[inputs, predictions])
        monitoring = BatchMonitoring(self, "Churn", transform=transform)
        monitoring.add_data_quality(baseline=baseline, schedule=MonitorSchedule.daily(hour=6))
        ```
    """

    def __init__(
        self, scope: Construct, id: str, *, transform: BatchTransform, **options: Unpack[MonitoringOptions]
    ) -> None:
        """Make the services, unless they are given.

        Args:
            scope: Parent.
            id: Construct id.
            transform: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id, input=transform, **options)
        self.transform = transform


@checked
class CapturedModelMonitoring(ModelMonitoring):
    """Watch a model that SageMaker does not serve, as `EndpointMonitoring` watches an endpoint.

    Data quality looks at inputs, model quality at predictions and labels. Bias needs a writer with `join_inputs`, and
    explainability the same model in SageMaker, since its runs ask that one.

    Attributes:
        model: What is monitored.

    Example:
        ```python
        model = ServedElsewhere.of(name="credit", captured=S3Location.of(bucket, "capture"))
        monitoring = CapturedModelMonitoring(self, "Credit", model=model)
        monitoring.add_data_quality(baseline=Baseline.from_asset("features.csv", DatasetFormat.csv()))
        ```
    """

    def __init__(
        self, scope: Construct, id: str, *, model: ServedElsewhere, **options: Unpack[MonitoringOptions]
    ) -> None:
        """Make the services, unless they are given.

        Args:
            scope: Parent.
            id: Construct id.
            model: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id, input=model, **options)
        self.model = model


def _services(monitoring: ModelMonitoring, input: MonitorInput, options: MonitoringOptions) -> MonitoringServices:
    given = options.get("services")
    of_services: Any = {name: value for name, value in options.items() if name in _SHARED_OPTIONS and value is not None}
    if given is None:
        # A name that only the deployment knows would have key, topic and functions wait for the endpoint.
        subject = input.fixed_title or monitoring.node.path
        return MonitoringServices(monitoring, _SERVICES, subject=subject, **of_services)
    refused = sorted(of_services.keys() - _OF_ONE_MODEL)
    if refused:
        raise ConfigurationError(
            option=refused[0],
            got=f"{', '.join(refused)} together with services",
            expected="options of the services where the services are made",
            fix="give them to MonitoringServices(...), or leave services out",
        )
    require_same_environment(given, monitoring)
    return given
