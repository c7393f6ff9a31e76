"""The key, the bucket and the topic that a monitoring has by default."""

from __future__ import annotations

from weakref import WeakSet

from aws_cdk import Duration, RemovalPolicy, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sns as sns
from constructs import Construct, IConstruct

from model_monitor.internal.checking import checked
from model_monitor.internal.nag import acknowledge
from model_monitor.internal.principals import service_principal
from model_monitor.internal.stacks import stack_of

_READY: WeakSet[kms.IKey] = WeakSet()


@checked
class MonitoringKey(kms.Key):
    """A rotating KMS key that CloudWatch alarms and EventBridge rules may use to publish to an encrypted topic.

    Without these two permissions an alarm's message to the topic is lost without a trace; the AWS managed key
    `alias/aws/sns` cannot be given them
    (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services).
    """

    def __init__(self, scope: Construct, id: str, *, description: str, removal_policy: RemovalPolicy) -> None:
        """Make the key.

        Args:
            scope: Parent.
            id: Construct id.
            description: What the key protects.
            removal_policy: What happens to the key with the stack. What it encrypted cannot be read without it.
        """
        super().__init__(scope, id, description=description, enable_key_rotation=True, removal_policy=removal_policy)
        stack_of(self, parent=scope)
        allow_publishing(self)


@checked
def allow_publishing(key: kms.IKey) -> None:
    """Let CloudWatch and EventBridge use the key, so that they can publish to a topic under it.

    An imported key's policy cannot be changed from here: put the same two statements into it where it is made.
    """
    if key in _READY:
        return
    _READY.add(key)
    for sid, service, conditions in publishers(key):
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[service_principal(service)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's policy this is the key itself
                conditions=conditions,
            )
        )


def publishers(scope: IConstruct) -> list[tuple[str, str, dict[str, dict[str, str]] | None]]:
    """Statement id, service principal and condition of each service that publishes to a monitoring's topic.

    Only CloudWatch is held to this account: EventBridge sends no `aws:SourceAccount` with what it publishes to an
    encrypted topic, and a condition on it would lose every message
    (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services).
    """
    own_account = {"StringEquals": {"aws:SourceAccount": stack_of(scope).account}}
    return [
        ("PublishCloudwatch", "cloudwatch.amazonaws.com", own_account),
        ("PublishEvents", "events.amazonaws.com", None),
    ]


@checked
class MonitoringBucket(s3.Bucket):
    """A private, encrypted bucket for baselines and reports that outlives the stack unless told otherwise."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        encryption_key: kms.IKey,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Make the bucket.

        Args:
            scope: Parent.
            id: Construct id.
            encryption_key: Key of all objects.
            removal_policy: What happens to the bucket with the stack. A bucket that holds objects is never deleted.
        """
        super().__init__(
            scope,
            id,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=encryption_key,
            bucket_key_enabled=True,
            # Baselines and reports are evidence: what is overwritten or deleted can be brought back for a while.
            versioned=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    noncurrent_version_expiration=Duration.days(90),
                )
            ],
            removal_policy=removal_policy,
        )
        stack_of(self, parent=scope)
        acknowledge(
            self,
            "AwsSolutions-S1",
            "A second bucket for access logs is the team's choice: CloudTrail records access to objects, and a bucket "
            "with access logs can be passed as the output.",
        )


@checked
class MonitoringTopic(sns.Topic):
    """An encrypted topic that takes messages over TLS only and that alarms can really publish to.

    The key's policy must allow CloudWatch and EventBridge to use it (`MonitoringKey` does). A topic policy replaces
    the default one, so the publishers of this account are named here
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
    """

    def __init__(self, scope: Construct, id: str, *, encryption_key: kms.IKey, display_name: str) -> None:
        """Make the topic.

        Args:
            scope: Parent.
            id: Construct id.
            encryption_key: Key of messages at rest.
            display_name: Sender shown in e-mails.
        """
        super().__init__(scope, id, master_key=encryption_key, enforce_ssl=True, display_name=display_name)
        stack_of(self, parent=scope)
        for sid, service, conditions in publishers(self):
            self.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[service_principal(service)],
                    actions=["sns:Publish"],
                    resources=[self.topic_arn],
                    conditions=conditions,
                )
            )
