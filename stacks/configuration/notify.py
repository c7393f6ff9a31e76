"""Who is told what monitors find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_cdk import aws_sns as sns, aws_sns_subscriptions as subscriptions
from pydantic import Tag

from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import QueueArn, WebAddress, matching

if TYPE_CHECKING:
    from stacks.imports import Imports


class Email(StrictModel):
    """A person or list; each address must confirm the subscription once."""

    email: Annotated[
        str,
        *matching(
            r"[^@\s]+@[^@\s]+\.[^@\s]+",
            expected="an e-mail address",
            fix="write one address; for several, add several entries to the list",
            example="ml-oncall@example.com",
        ),
    ]
    """The address."""

    def build(self, imports: Imports) -> sns.ITopicSubscription:  # noqa: ARG002 # as the other kinds
        """Return the subscription."""
        return subscriptions.EmailSubscription(self.email)


class Https(StrictModel):
    """A web service; it must confirm the subscription and speak SNS's protocol."""

    https: WebAddress
    """The address."""

    def build(self, imports: Imports) -> sns.ITopicSubscription:  # noqa: ARG002 # as the other kinds
        """Return the subscription."""
        return subscriptions.UrlSubscription(self.https)


class Sqs(StrictModel):
    """A queue; its own policy must let the topic send to it."""

    sqs: QueueArn
    """The queue's ARN."""

    def build(self, imports: Imports) -> sns.ITopicSubscription:
        """Return the subscription."""
        return subscriptions.SqsSubscription(imports.queue(self.sqs))


class SlackChannel(StrictModel):
    """Ids of a workspace and a channel, as Slack shows them."""

    workspace: Annotated[
        str,
        *matching(
            "T[A-Z0-9]{1,63}",
            expected="the id of a workspace: T, then capital letters and digits",
            fix="copy it from the console of Amazon Q Developer in chat applications",
            example="T07EZ1ABC",
        ),
    ]
    """Id of the workspace; it must be authorized once in the console of Amazon Q Developer in chat applications."""
    channel: Annotated[
        str,
        *matching(
            "[CG][A-Z0-9]{1,63}",
            expected="the id of a channel: C, then capital letters and digits",
            fix="copy it from the end of the channel's link in Slack",
            example="C013F4ABC",
        ),
    ]
    """Id of the channel."""


class Slack(StrictModel):
    """A channel of Slack; it gets alarms, and a message for every run with violations and every failed one."""

    slack: SlackChannel
    """Workspace and channel."""


Channel = Annotated[
    Annotated[Email, Tag("<email>")]
    | Annotated[Https, Tag("<https>")]
    | Annotated[Sqs, Tag("<sqs>")]
    | Annotated[Slack, Tag("<slack>")],
    by_key(
        "email",
        "https",
        "sqs",
        "slack",
        expected="{email: address}, {https: address}, {sqs: arn} or {slack: {workspace: id, channel: id}}",
    ),
]
