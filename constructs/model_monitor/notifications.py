"""The topic that people and programs subscribe to."""

from __future__ import annotations

from aws_cdk import aws_iam as iam, aws_kms as kms, aws_sns as sns
from constructs import Construct

from model_monitor.resources import publishers


class MonitoringTopic(sns.Topic):
    """An encrypted topic that takes messages over TLS only and that alarms can really publish to.

    The key's policy must allow CloudWatch and EventBridge to use it (`MonitoringKey` does). A topic policy replaces
    the default one, so the publishers of this account are named here
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
    """

    def __init__(self, scope: Construct, id: str, *, encryption_key: kms.IKey, display_name: str) -> None:
        """Makes the topic.

        Args:
            scope: Parent.
            id: Construct id.
            encryption_key: Key of messages at rest.
            display_name: Sender shown in e-mails.
        """
        super().__init__(scope, id, master_key=encryption_key, enforce_ssl=True, display_name=display_name)
        for sid, service, conditions in publishers(self):
            self.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[iam.ServicePrincipal(service)],
                    actions=["sns:Publish"],
                    resources=[self.topic_arn],
                    conditions=conditions,
                )
            )
