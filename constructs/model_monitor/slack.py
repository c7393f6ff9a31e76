"""Messages in a Slack channel, through Amazon Q Developer in chat applications, which was called AWS Chatbot."""

from __future__ import annotations

import re

import aws_cdk as cdk
from aws_cdk import (
    aws_events as events,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_kms as kms,
    aws_sns as sns,
)
from constructs import Construct

from model_monitor import run_events
from model_monitor.errors import ConfigurationError, Setting
from model_monitor.internal.nag import acknowledge
from model_monitor.internal.tokens import is_token
from model_monitor.resources import MonitoringTopic, allow_publishing

_STATUSES = (*run_events.VIOLATION, *run_events.FAILED)

_WORKSPACE = re.compile(r"T[A-Z0-9]{1,63}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,63}")


def slack_channel(
    scope: Construct, id: str, *, workspace_id: str, channel_id: str, alarms: sns.ITopic, key: kms.IKey
) -> cdk.aws_chatbot.SlackChannelConfiguration:
    """Make a channel's configuration, and the topic of the messages that it can show.

    The service shows alarms as they are, but no plain text: other messages must have its own form
    (https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html). So people's e-mails and the channel's
    messages need topics of their own, and EventBridge writes the latter from the event of a run.

    Args:
        scope: Parent.
        id: Construct id.
        workspace_id: Slack's id of the workspace.
        channel_id: Slack's id of the channel.
        alarms: The topic of the alarms.
        key: Encrypts the topic of the messages.

    Raises:
        ConfigurationError: An id that Slack does not have.
    """
    _require_id("workspace_id", workspace_id, _WORKSPACE, "T07EZ1ABC")
    _require_id("channel_id", channel_id, _CHANNEL, "C013F4ABC")
    place = Construct(scope, id)
    allow_publishing(key)
    topic = MonitoringTopic(place, "Topic", encryption_key=key, display_name="Model monitoring in Slack")
    events.Rule(
        place,
        "RunEnded",
        description="Tells Slack of runs of model monitors that found violations or failed",
        event_pattern=events.EventPattern(
            source=[run_events.EVENT_SOURCE],
            detail_type=[run_events.EVENT_DETAIL_TYPE],
            detail={"status": [status.value for status in _STATUSES]},
        ),
        targets=[targets.SnsTopic(topic, message=events.RuleTargetInput.from_object(_message()))],
    )
    channel = cdk.aws_chatbot.SlackChannelConfiguration(
        place,
        "Channel",
        # No two of an account may have one name; what it is made of does not change.
        slack_channel_configuration_name=f"model-monitoring-{channel_id}",
        slack_workspace_id=workspace_id,
        slack_channel_id=channel_id,
        notification_topics=[alarms, topic],
        # Without one, people in the channel could do whatever its role may do.
        guardrail_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("CloudWatchReadOnlyAccess")],
    )
    if channel.role is not None:
        acknowledge(channel.role, "AwsSolutions-IAM4", "The channel only reads alarms.")
    return channel


def _message() -> dict[str, object]:
    def field(path: str) -> str:
        return events.EventField.from_path(f"$.detail.{path}")

    return {
        "version": "1.0",
        "source": "custom",
        "id": field("id"),
        "content": {
            "textType": "client-markdown",
            "title": f"{field('monitoringType')} {field('status')}: {field('monitoringScheduleName')}",
            "description": f"{field('violations')} violations. The most severe: *{field('findings[0].feature')}* "
            f"{field('findings[0].description')} {field('failureReason')}\nReport: {field('reportUri')}",
            "nextSteps": ["Print the report: `model-monitor report`"],
            "keywords": [field("monitoringType"), field("status")],
        },
        "metadata": {"threadId": field("monitoringScheduleName"), "eventType": run_events.EVENT_DETAIL_TYPE},
    }


def _require_id(option: str, id: str, pattern: re.Pattern[str], example: str) -> None:
    if not is_token(id) and not pattern.fullmatch(id):
        raise ConfigurationError(
            option=option,
            value=id,
            expected=f"an id as Slack shows it: {example[0]}, then capital letters and digits",
            fix=("write for example ", Setting(option, example)),
        )
