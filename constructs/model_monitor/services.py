"""What monitorings share: key, bucket, topic and the functions."""

from __future__ import annotations

from typing import TypedDict, Unpack

import aws_cdk as cdk
from aws_cdk import CfnOutput, Names, RemovalPolicy, aws_kms as kms, aws_sns as sns
from constructs import Construct

from model_monitor.dashboard.fleet import FleetDashboard
from model_monitor.internal.access import AccessRole
from model_monitor.internal.arns import role_arn, topic_arn
from model_monitor.internal.bucket_contents import BucketContents
from model_monitor.internal.checking import checked
from model_monitor.internal.deployment import Deployment
from model_monitor.internal.lazy import lazy_list
from model_monitor.internal.nag import acknowledge
from model_monitor.internal.permissions import allow_key, granted_together
from model_monitor.internal.reachable import (
    require_reachable,
    require_reachable_place,
    require_standard_queue,
    require_standard_topic,
)
from model_monitor.internal.stacks import stack_of
from model_monitor.monitor.options import require_options
from model_monitor.query.tables import QueryTables
from model_monitor.resources import MonitoringBucket, MonitoringKey, MonitoringTopic, allow_publishing
from model_monitor.results import Results
from model_monitor.s3_location import S3Location
from model_monitor.schedule_control import ScheduleControl
from model_monitor.slack import slack_channel

# A topic's display name has up to 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_LONGEST_SUBJECT = 80


class MonitoringServicesOptions(TypedDict, total=False):
    """Options of the services.

    Attributes:
        output: Where baselines and reports are kept. Default: a new private, encrypted bucket.
        encryption_key: Key of everything that is stored. Default: a new rotating key. An imported key must allow
            CloudWatch and EventBridge to use it when the topic is new, with the statements of `allow_publishing`; a
            key of this app is given them.
        topic: Where messages go. Default: a new encrypted topic.
        removal_policy: What happens to the new bucket and key with the stack. Default: they stay, and with them the
            history of baselines and reports; only a first deployment that fails takes them back.
    """

    output: S3Location | None
    encryption_key: kms.IKey | None
    topic: sns.ITopic | None
    removal_policy: RemovalPolicy


@checked
class MonitoringServices(Construct):
    """Key, bucket, topic and the functions that monitorings use: one set for a model, or for all of an account.

    Every monitoring makes its own unless it is given one. One set for many models saves resources, and people confirm
    one subscription instead of one per model. Each model keeps an access role of its own, which the shared functions
    assume, so that they can never touch one model's data on behalf of another.

    Attributes:
        encryption_key: Key of bucket, topic, disks and reports.
        output: Where baselines and reports are kept.
        topic: Gets the message of every run with violations, and the changes of composite alarms.

    Example:
        ```python
        services = MonitoringServices(shared_stack, "Services")
        services.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
        EndpointMonitoring(credit_stack, "Credit", endpoint=credit, services=services)
        EndpointMonitoring(churn_stack, "Churn", endpoint=churn, services=services)
        ```
    """

    @granted_together()
    def __init__(
        self, scope: Construct, id: str, *, subject: str | None = None, **options: Unpack[MonitoringServicesOptions]
    ) -> None:
        """Make key, bucket, topic and functions.

        Args:
            scope: Parent.
            id: Construct id.
            subject: What is monitored, as people know it, for example `the models of team Credit`: sender of e-mails,
                and in the descriptions of key and functions. Up to 80 characters. Default: the path of the construct.
            **options: See `MonitoringServicesOptions`.

        Raises:
            ConfigurationError: A key or topic of another region, or a FIFO topic.
        """
        super().__init__(scope, id)
        stack_of(self, parent=scope)
        require_options(options, MonitoringServicesOptions)
        self._require_reachable(options)
        removal_policy = options.get("removal_policy", RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._subject = (subject or self.node.path)[:_LONGEST_SUBJECT]
        self.encryption_key = options.get("encryption_key") or MonitoringKey(
            self,
            "Key",
            description=f"Reports, baselines and messages about {self._subject}",
            removal_policy=removal_policy,
        )
        self._deployment = Deployment.of(self)
        self._contents: BucketContents | None = None
        self.output = options.get("output") or self._make_output(removal_policy)
        self.topic = options.get("topic") or self._make_topic()
        # Several monitorings may share a bucket; each set of functions looks after its own monitors only.
        self.registry = self.output.join("registry", Names.unique_resource_name(self, max_length=60, separator="-"))
        self._results = Results(
            self,
            "Results",
            subject=self._subject,
            registry=self.registry,
            state=self.output.join("handled-runs"),
            access_path=self._deployment.access_path,
        )
        self._control: ScheduleControl | None = None
        self._dashboard: FleetDashboard | None = None
        self._tables: QueryTables | None = None
        CfnOutput(self, "TopicArn", value=topic_arn(self.topic), description="Messages about the models' monitors")

    @property
    def deployment(self) -> Deployment:
        """The function behind custom resources."""
        return self._deployment

    def notify(self, *subscriptions: sns.ITopicSubscription) -> None:
        """Tell people or programs what monitors find.

        Args:
            *subscriptions: From `aws_cdk.aws_sns_subscriptions`: e-mail, HTTPS, SQS and others.

        Raises:
            ConfigurationError: A FIFO queue, to which a standard topic does not deliver.
        """
        for subscription in subscriptions:
            made = self.topic.add_subscription(subscription)
            if made is not None:
                require_standard_queue(made)

    def notify_slack(
        self, id: str = "Slack", *, workspace_id: str, channel_id: str
    ) -> cdk.aws_chatbot.SlackChannelConfiguration:
        """Tell a Slack channel what monitors find, through Amazon Q Developer in chat applications (AWS Chatbot).

        The workspace must be authorized once, in the console of that service. The channel gets changes of the composite
        alarms, and one message for every run of any monitor of the account and region that finds violations or fails.

        Args:
            id: Construct id.
            workspace_id: Such as `T07EZ1ABC`.
            channel_id: Such as `C013F4ABC`.
        """
        return slack_channel(
            self, id, workspace_id=workspace_id, channel_id=channel_id, alarms=self.topic, key=self.encryption_key
        )

    def add_schedule_control(self) -> ScheduleControl:
        """Add the function that starts, stops and runs monitors on demand; asked for again, return the same one."""
        if self._control is None:
            self._control = ScheduleControl(
                self,
                "Control",
                subject=self._subject,
                registry=self.registry,
                access_path=self._deployment.access_path,
            )
        return self._control

    def add_dashboard(self) -> FleetDashboard:
        """Show all monitors of the account and region side by side; asked for again, return the same dashboard.

        CloudWatch gives an account three dashboards and takes 3 USD a month for each further one.
        """
        if self._dashboard is None:
            self._dashboard = FleetDashboard(self, "Fleet")
        return self._dashboard

    def add_query_tables(self) -> QueryTables:
        """Let Athena query what all monitors find; asked for again, return the same tables.

        From then on the results function also writes runs, violations, statistics and metrics as rows.
        """
        if self._tables is None:
            self._tables = QueryTables(self, "Tables", output=self.output, encryption_key=self.encryption_key)
            self._results.write_tables(self._tables.place)
        return self._tables

    @property
    def dashboard_name(self) -> str | None:
        """Name of the dashboard of all models, if there is one."""
        return self._dashboard.dashboard_name if self._dashboard else None

    def access_role(self, scope: Construct, id: str, *, subject: str) -> AccessRole:
        """Make the role that the functions assume for one model.

        Args:
            scope: Parent.
            id: Construct id.
            subject: What is monitored, in words.
        """
        role = AccessRole(
            scope,
            self._deployment.id_of(scope, id),
            path=self._deployment.access_path,
            # Late, since the control function may be asked for after the monitors.
            functions=lazy_list(self._function_roles),
            subject=subject,
        )
        role.require_room()
        if self._contents is not None:
            role.node.add_dependency(self._contents.resource)
        role.allow_own_metrics()
        self.topic.grant_publish(role)
        acknowledge(
            role,
            "AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
            "CDK's own permission to publish to an encrypted topic.",
        )
        allow_key(role, self.encryption_key, "kms:Decrypt", "kms:GenerateDataKey")
        return role

    def _function_roles(self) -> list[str]:
        roles = [self._results.function.role, *([self._control.role] if self._control else [])]
        return [self._deployment.function_role_arn, *map(role_arn, roles)]

    def _require_reachable(self, options: MonitoringServicesOptions) -> None:
        topic = options.get("topic")
        require_reachable(options.get("encryption_key"), self, option="encryption_key")
        require_reachable_place(options.get("output"), self, option="output")
        if topic is not None:
            require_reachable(topic, self, option="topic")
            require_standard_topic(topic)

    def _make_output(self, removal_policy: RemovalPolicy) -> S3Location:
        bucket = MonitoringBucket(self, "Bucket", encryption_key=self.encryption_key, removal_policy=removal_policy)
        self._contents = BucketContents(self, "BucketContents", bucket=bucket, deployment=self._deployment)
        CfnOutput(self, "BucketName", value=bucket.bucket_name, description="Baselines and reports")
        return S3Location.of(bucket)

    def _make_topic(self) -> sns.ITopic:
        # A key of this app gets the statements that it needs; equal ones are written once.
        allow_publishing(self.encryption_key)
        return MonitoringTopic(
            self, "Topic", encryption_key=self.encryption_key, display_name=f"Monitoring of {self._subject}"
        )
