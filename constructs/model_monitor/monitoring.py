"""Everything around one endpoint: monitors, alarms, one message channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import jsii
from aws_cdk import (
    CfnOutput,
    RemovalPolicy,
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_events as events,
    aws_iam as iam,
    aws_kms as kms,
    aws_sns as sns,
)
from constructs import Construct

from model_monitor.alarms import DataQualityAlarms, fitting_description
from model_monitor.baseline import Baseline
from model_monitor.categorical import CategoricalFeatures
from model_monitor.compute import MonitorCompute, MonitorNetwork
from model_monitor.constraints import ConstraintOverrides
from model_monitor.data_quality import DataQualityMonitor
from model_monitor.encryption import MonitoringBucket, MonitoringKey, allow_publishing
from model_monitor.endpoint import MonitoredEndpoint
from model_monitor.engine import IMonitorEngine
from model_monitor.errors import ConfigurationError
from model_monitor.lazy import lazy_string
from model_monitor.monitor import Monitor
from model_monitor.notifications import MonitoringTopic
from model_monitor.results import Results
from model_monitor.s3_location import S3Location
from model_monitor.schedule import MonitorSchedule
from model_monitor.scripts import AnalysisScript

# A composite alarm's rule has 10,240 characters at most, and an alarm's ARN may take 150 of them.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_UNGROUPED_ALARMS = 10
_GROUPED_ALARMS = 50


class EndpointMonitoring(Construct):
    """Watches one endpoint: add monitors, and say who is told.

    Attributes:
        endpoint: What is monitored.
        topic: Gets the message of every run with violations, and the composite alarm's changes.
        encryption_key: Key of bucket, topic, disks and reports.
        output: Where baselines and reports are kept.
        monitors: All monitors, by construct id.

    Example:
        ```python
        monitoring = EndpointMonitoring(self, "Credit", endpoint=endpoint)
        monitoring.add_data_quality(baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()))
        monitoring.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
        ```
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: MonitoredEndpoint,
        output: S3Location | None = None,
        encryption_key: kms.IKey | None = None,
        topic: sns.ITopic | None = None,
        compute: MonitorCompute | None = None,
        network: MonitorNetwork | None = None,
        engine: IMonitorEngine | None = None,
        tags: Mapping[str, str] | None = None,
        runbook_url: str | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        """Makes key, bucket, topic and the function that reads reports.

        Args:
            scope: Parent.
            id: Construct id.
            endpoint: What is monitored.
            output: Where baselines and reports are kept. Default: a new private, encrypted bucket.
            encryption_key: Key of everything that is stored. Default: a new rotating key. An imported key must allow
                CloudWatch and EventBridge to use it when the topic is new, with the statements of `allow_publishing`; a
                key of this app is given them.
            topic: Where messages go. Default: a new encrypted topic.
            compute: Machines of jobs. Default: one ml.m5.xlarge with 20 GiB.
            network: Network of jobs. Default: isolated, without a VPC.
            engine: Who runs monitors. Default: Amazon SageMaker Model Monitor.
            tags: Tags of jobs, definitions and schedules, beside those of the stack.
            runbook_url: Named in alarms and messages.
            removal_policy: What happens to the new bucket and key with the stack. Default: they stay, and with them
                the history of baselines and reports.
        """
        super().__init__(scope, id)
        self.endpoint = endpoint
        self.encryption_key = encryption_key or MonitoringKey(
            self, "Key", description="Reports, baselines and messages of model monitors", removal_policy=removal_policy
        )
        self.output = output or self._make_output(removal_policy)
        self.topic = topic or self._make_topic()
        self.monitors: dict[str, Monitor] = {}
        self._compute = compute
        self._network = network
        self._engine = engine
        self._tags = tags
        self._runbook_url = runbook_url
        self._reactions: list[Callable[[Monitor], events.Rule]] = []
        self._ringing: list[cloudwatch.IAlarm] = []
        self._composite: cloudwatch.CompositeAlarm | None = None
        self._results = Results(
            self,
            "Results",
            topic=self.topic,
            state=self.output.join("handled-runs"),
            encryption_key=self.encryption_key,
            runbook_url=runbook_url,
        )
        CfnOutput(self, "TopicArn", value=self.topic.topic_arn, description="Messages about the endpoint's monitors")

    def add_data_quality(
        self,
        id: str = "DataQuality",
        *,
        baseline: Baseline,
        schedule: MonitorSchedule | None = None,
        constraints: ConstraintOverrides | None = None,
        categorical: CategoricalFeatures | Sequence[str] | None = None,
        preprocessor: AnalysisScript | None = None,
        postprocessor: AnalysisScript | None = None,
        alarms: DataQualityAlarms | None = None,
        compute: MonitorCompute | None = None,
        network: MonitorNetwork | None = None,
        role: iam.IRole | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> DataQualityMonitor:
        """Watches what the endpoint is sent: drift, missing values, types and allowed values.

        Args:
            id: Construct id; an endpoint can have several such monitors.
            baseline: What the traffic is compared with.
            schedule: When runs happen. Default: hourly.
            constraints: Changes to the suggested constraints. Default: none.
            categorical: Columns to compare by the shares of their values, or `"auto"`. Default: none; the deployment
                names the columns that need it.
            preprocessor: Script that runs on every record. Default: none.
            postprocessor: Script that runs after the analysis. Default: none.
            alarms: Default: any violation, failed runs, silence and missing traffic.
            compute: Default: the monitoring's.
            network: Default: the monitoring's.
            role: Role of jobs. Default: a new, narrow one.
            environment: Variables for the scripts.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        self._require_free(id)
        monitor = DataQualityMonitor(
            self,
            id,
            endpoint=self.endpoint,
            baseline=baseline,
            output=self.output,
            schedule=schedule,
            constraints=constraints,
            categorical=categorical,
            preprocessor=preprocessor,
            postprocessor=postprocessor,
            alarms=alarms,
            compute=compute or self._compute,
            network=network or self._network,
            encryption_key=self.encryption_key,
            role=role,
            engine=self._engine,
            environment=environment,
            tags=self._tags,
            runbook_url=self._runbook_url,
        )
        self._adopt(id, monitor)
        return monitor

    def notify(self, *subscriptions: sns.ITopicSubscription) -> None:
        """Tells people or programs what monitors find.

        Args:
            *subscriptions: From `aws_cdk.aws_sns_subscriptions`: e-mail, HTTPS, SQS and others.
        """
        for subscription in subscriptions:
            self.topic.add_subscription(subscription)

    def on_violation(self, id: str, *, target: events.IRuleTarget) -> None:
        """Reacts to every run of any monitor, present or added later, that finds violations.

        Args:
            id: Construct id of the rules.
            target: What is called, for example a pipeline that retrains the model.
        """
        self._react(lambda monitor: monitor.on_violation(id, target=target))

    def on_completed(self, id: str, *, target: events.IRuleTarget) -> None:
        """Reacts to every run of any monitor, present or added later, that came to its end.

        Args:
            id: Construct id of the rules.
            target: What is called.
        """
        self._react(lambda monitor: monitor.on_completed(id, target=target))

    def on_failed(self, id: str, *, target: events.IRuleTarget) -> None:
        """Reacts to every run of any monitor, present or added later, that failed.

        Args:
            id: Construct id of the rules.
            target: What is called.
        """
        self._react(lambda monitor: monitor.on_failed(id, target=target))

    @property
    def composite_alarm(self) -> cloudwatch.CompositeAlarm:
        """Rings when any alarm of any monitor rings. The only alarm that notifies, so that people get one call.

        Raises:
            ConfigurationError: No monitor has an alarm.
        """
        if self._composite is None:
            raise ConfigurationError(
                got="a monitoring without alarms",
                expected="a monitor with at least one alarm",
                fix="call add_data_quality(...) first, with at least one alarm switched on",
            )
        return self._composite

    def _make_output(self, removal_policy: RemovalPolicy) -> S3Location:
        bucket = MonitoringBucket(self, "Bucket", encryption_key=self.encryption_key, removal_policy=removal_policy)
        CfnOutput(self, "BucketName", value=bucket.bucket_name, description="Baselines and reports")
        return S3Location.of(bucket)

    def _make_topic(self) -> sns.ITopic:
        # A key of this app gets the statements that it needs; equal ones are written once.
        allow_publishing(self.encryption_key)
        return MonitoringTopic(self, "Topic", encryption_key=self.encryption_key, display_name="Model monitoring")

    def _require_free(self, id: str) -> None:
        if id in self.monitors:
            raise ConfigurationError(
                got=f"a second monitor with the id {id!r}",
                expected="an id of its own",
                fix=f"pass another one, for example add_data_quality('{id}Daily', ...)",
            )

    def _adopt(self, id: str, monitor: Monitor) -> None:
        self.monitors[id] = monitor
        self._results.watch(monitor)
        for reaction in self._reactions:
            reaction(monitor)
        self._ringing.extend(self._grouped(id, monitor.alarms))
        if self._ringing and self._composite is None:
            self._composite = self._make_composite()

    def _grouped(self, id: str, alarms: Sequence[cloudwatch.IAlarm]) -> Sequence[cloudwatch.IAlarm]:
        if len(alarms) <= _UNGROUPED_ALARMS:
            return alarms
        return [
            cloudwatch.CompositeAlarm(
                self,
                f"{id}Alarms{start // _GROUPED_ALARMS}",
                alarm_rule=_AnyAlarm(alarms[start : start + _GROUPED_ALARMS]),
                alarm_description=f"Any of {len(alarms)} alarms of one monitor; part of the endpoint's alarm.",
            )
            for start in range(0, len(alarms), _GROUPED_ALARMS)
        ]

    def _react(self, reaction: Callable[[Monitor], events.Rule]) -> None:
        self._reactions.append(reaction)
        for monitor in self.monitors.values():
            reaction(monitor)

    def _make_composite(self) -> cloudwatch.CompositeAlarm:
        composite = cloudwatch.CompositeAlarm(
            self,
            "Alarm",
            alarm_rule=_AnyAlarm(self._ringing),
            alarm_description=fitting_description(
                f"Something is wrong with the data or the monitoring of endpoint {self.endpoint.endpoint_name}. "
                "The alarms that ring beneath it, and the message of the run, say what.",
                f"Runbook: {self._runbook_url}." if self._runbook_url else "",
            ),
        )
        composite.add_alarm_action(actions.SnsAction(self.topic))
        composite.add_ok_action(actions.SnsAction(self.topic))
        return composite


@jsii.implements(cloudwatch.IAlarmRule)
class _AnyAlarm:
    """Rings when one of several alarms does; written at the end, when all are known."""

    def __init__(self, alarms: Sequence[cloudwatch.IAlarm]) -> None:
        self._alarms = alarms

    @jsii.member(jsii_name="renderAlarmRule")
    def render_alarm_rule(self) -> str:
        return lazy_string(lambda: " OR ".join(f'ALARM("{alarm.alarm_arn}")' for alarm in self._alarms))
