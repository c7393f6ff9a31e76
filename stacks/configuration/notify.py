"""Who is told what monitors find."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import QueueArn, WebAddress, matching


class Email(StrictModel):
    """A person or list; each address must confirm the subscription once."""

    email: Annotated[
        str,
        *matching(
            r"[^@\s]+@[^@\s]+\.[^@\s]+",
            expected="an e-mail address",
            fix="write one address; several are several entries of the list",
            example="ml-oncall@example.com",
        ),
    ]
    """The address."""


class Https(StrictModel):
    """A web service; it must confirm the subscription and speak SNS's protocol."""

    https: WebAddress
    """The address."""


class Sqs(StrictModel):
    """A queue; its own policy must let the topic send to it."""

    sqs: QueueArn
    """The queue's ARN."""


Channel = Annotated[
    Annotated[Email, Tag("<email>")] | Annotated[Https, Tag("<https>")] | Annotated[Sqs, Tag("<sqs>")],
    by_key("email", "https", "sqs", expected="{email: address}, {https: address} or {sqs: arn}"),
]
