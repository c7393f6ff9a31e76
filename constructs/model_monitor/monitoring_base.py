"""What every monitoring has: key, bucket, topic, the function that reads reports, reactions and one alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict, Unpack

from aws_cdk import (
    CfnOutput,
    RemovalPolicy,
    aws_cloudwatch as cloudwatch,
    aws_events as events,
    aws_kms as kms,
    aws_sns as sns,
)
from constructs import Construct

from model_monitor.alarms.composite import CompositeAlarms
from model_monitor.engine import IMonitorEngine
from model_monitor.errors import ConfigurationError
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import AddedMonitorOptions, MonitorOptions, require_known
from model_monitor.notifications import MonitoringTopic
from model_monitor.resources import MonitoringBucket, MonitoringKey, allow_publishing
from model_monitor.results import Results
from model_monitor.s3_location import S3Location


class MonitoringOptions(TypedDict, total=False):
    """Options of a monitoring.

    Attributes:
        output: Where baselines and reports are kept. Default: a new private, encrypted bucket.
        encryption_key: Key of everything that is stored. Default: a new rotating key. An imported key must allow
            CloudWatch and EventBridge to use it when the topic is new, with the statements of `allow_publishing`; a
            key of this app is given them.
        topic: Where messages go. Default: a new encrypted topic.
        compute: Machines of jobs. Default: one ml.m5.xlarge with 20 GiB.
        network: Network of jobs. Default: isolated where jobs call no model, without a VPC.
        engine: Who runs monitors. Default: Amazon SageMaker Model Monitor.
        tags: Tags of jobs, definitions and schedules, beside those of the stack.
        runbook_url: Named in alarms and messages.
        removal_policy: What happens to the new bucket and key with the stack. Default: they stay, and with them the
            history of baselines and reports.
    """

    output: S3Location | None
    encryption_key: kms.IKey | None
    topic: sns.ITopic | None
    compute: MonitorCompute | None
    network: MonitorNetwork | None
    engine: IMonitorEngine | None
    tags: Mapping[str, str] | None
    runbook_url: str | None
    removal_policy: RemovalPolicy


class MonitoringBase(Construct):
    """A monitoring without ways to add monitors.

    Attributes:
        topic: Gets the message of every run with violations, and the composite alarm's changes.
        encryption_key: Key of bucket, topic, disks and reports.
        output: Where baselines and reports are kept.
        monitors: All monitors, by construct id.
    """

    def __init__(self, scope: Construct, id: str, *, input: MonitorInput, **options: Unpack[MonitoringOptions]) -> None:
        """Makes key, bucket, topic and the function that reads reports.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id)
        require_known(options, MonitoringOptions)
        removal_policy = options.get("removal_policy", RemovalPolicy.RETAIN)
        self.input = input
        self.encryption_key = options.get("encryption_key") or MonitoringKey(
            self, "Key", description="Reports, baselines and messages of model monitors", removal_policy=removal_policy
        )
        self.output = options.get("output") or self._make_output(removal_policy)
        self.topic = options.get("topic") or self._make_topic()
        self.monitors: dict[str, Monitor] = {}
        self._options = options
        self._reactions: list[Callable[[Monitor], events.Rule]] = []
        runbook_url = options.get("runbook_url")
        self._composite = CompositeAlarms(self, subject=input.title, topic=self.topic, runbook_url=runbook_url)
        self._results = Results(
            self,
            "Results",
            topic=self.topic,
            state=self.output.join("handled-runs"),
            encryption_key=self.encryption_key,
            runbook_url=runbook_url,
        )
        CfnOutput(self, "TopicArn", value=self.topic.topic_arn, description="Messages about the model's monitors")

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
        if self._composite.alarm is None:
            raise ConfigurationError(
                got="a monitoring without alarms",
                expected="a monitor with at least one alarm",
                fix="call add_data_quality(...) first, with at least one alarm switched on",
            )
        return self._composite.alarm

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
                fix=f"choose another id, for example {f'{id}Daily'!r}",
            )

    def _adopt(self, id: str, monitor: Monitor) -> None:
        self.monitors[id] = monitor
        self._results.watch(monitor)
        for reaction in self._reactions:
            reaction(monitor)
        self._composite.add(id, monitor.alarms)

    def _react(self, reaction: Callable[[Monitor], events.Rule]) -> None:
        self._reactions.append(reaction)
        for monitor in self.monitors.values():
            reaction(monitor)

    def _with_own(self, options: AddedMonitorOptions) -> MonitorOptions:
        require_known(options, AddedMonitorOptions)
        own = self._options
        return {
            **options,
            "compute": options.get("compute") or own.get("compute"),
            "network": options.get("network") or own.get("network"),
            "encryption_key": self.encryption_key,
            "engine": own.get("engine"),
            "tags": own.get("tags"),
            "runbook_url": own.get("runbook_url"),
        }
