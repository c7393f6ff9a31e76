"""Where to start: the monitorings of an endpoint, of batch transform, and of a model that is served elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

from aws_cdk import aws_cloudwatch as cloudwatch, aws_events as events, aws_sns as sns
from constructs import Construct

from model_monitor import run_events
from model_monitor.alarms.composite import CompositeAlarms
from model_monitor.clarify.bias import ModelBiasMonitor, ModelBiasOptions
from model_monitor.clarify.explainability import ModelExplainabilityMonitor, ModelExplainabilityOptions
from model_monitor.data_quality.monitor import DataQualityMonitor, DataQualityOptions
from model_monitor.engine import IMonitorEngine
from model_monitor.errors import ConfigurationError
from model_monitor.inputs.batch_transform import BatchTransform
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.served_elsewhere import ServedElsewhere
from model_monitor.internal.checking import checked
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork
from model_monitor.model_quality.monitor import ModelQualityMonitor, ModelQualityOptions
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import require_options
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
class ModelMonitoring(Construct):
    """Everything around one model: monitors of all four kinds, alarms, one message channel.

    Attributes:
        input: What is monitored.
        services: Key, bucket, topic and functions.
        monitors: All monitors, by construct id.
    """

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
        require_options(options, MonitoringOptions)
        self.input = input
        self.services = _services(self, options)
        self.monitors: dict[str, Monitor] = {}
        self._options = options
        self._access = self.services.access_role(self, "Access", subject=input.title)
        self._composite = CompositeAlarms(
            self,
            subject=input.title,
            model=input.endpoint_name or input.model_name,
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

    def add_schedule_control(self) -> ScheduleControl:
        """Add the function that starts, stops and runs monitors on demand."""
        return self.services.add_schedule_control()

    def on_violation(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run of any monitor, present or added later, that finds violations.

        Args:
            id: Construct id of the rule.
            target: What is called, for example a pipeline that retrains the model; it gets the event of docs/events.md.
        """
        return self._on_run(id, target, run_events.VIOLATION, "finds violations")

    def on_completed(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run of any monitor, present or added later, that came to its end.

        Args:
            id: Construct id of the rule.
            target: What is called.
        """
        return self._on_run(id, target, run_events.COMPLETED, "ends")

    def on_failed(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run of any monitor, present or added later, that failed or was stopped.

        Args:
            id: Construct id of the rule.
            target: What is called.
        """
        return self._on_run(id, target, run_events.FAILED, "fails")

    def on_ended(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """React to every run of any monitor, present or added later, however it ended.

        Args:
            id: Construct id of the rule.
            target: What is called.
        """
        return self._on_run(id, target, run_events.ENDED, "ends, however it does")

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

    def _on_run(
        self, id: str, target: events.IRuleTarget, statuses: tuple[run_events.RunStatus, ...], what: str
    ) -> events.Rule:
        return run_events.run_rule(
            self,
            id,
            schedule_names=lambda: [monitor.monitoring_schedule_name for monitor in self.monitors.values()],
            statuses=statuses,
            target=target,
            description=f"A run of any monitor of {self.input.title} {what}",
        )

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
        self._composite.add(id, monitor.alarms)
        return monitor


@checked
class EndpointMonitoring(ModelMonitoring):
    """Watches one endpoint: add monitors, and say who is told.

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
    """Watches the batch transform jobs of one model, as `EndpointMonitoring` watches an endpoint.

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
    """Watches a model that SageMaker does not serve, as `EndpointMonitoring` watches an endpoint.

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


def _services(monitoring: ModelMonitoring, options: MonitoringOptions) -> MonitoringServices:
    given = options.get("services")
    of_services: Any = {name: value for name, value in options.items() if name in _SHARED_OPTIONS and value is not None}
    if given is None:
        return MonitoringServices(monitoring, _SERVICES, **of_services)
    refused = sorted(of_services.keys() - _OF_ONE_MODEL)
    if refused:
        raise ConfigurationError(
            option=refused[0],
            got=f"{', '.join(refused)} together with services",
            expected="options of the services where the services are made",
            fix="give them to MonitoringServices(...), or leave services out",
        )
    return given
