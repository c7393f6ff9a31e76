"""A queue that collects what services send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from account_check.bench import Bench

_BATCH = 10


@dataclass(frozen=True)
class Queue:
    """A queue of this run."""

    bench: Bench
    url: str
    arn: str

    def admit(self, services: dict[str, list[str]]) -> None:
        """Let services send to the queue: from the given rules or topics only.

        Args:
            services: Service principal to the ARNs on whose behalf it sends.
        """
        statements = [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sqs:SendMessage",
                "Resource": self.arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": sources}},
            }
            for service, sources in services.items()
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.bench.account.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def take(self) -> list[dict[str, Any]]:
        """Return the messages that are there, parsed, and take them out of the queue."""
        sqs = self.bench.account.client("sqs")
        bodies: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=_BATCH).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def make_queue(bench: Bench, thing: str) -> Queue:
    """Make a queue."""
    sqs, name = bench.account.client("sqs"), bench.named(thing)
    bench.ledger.add(f"queue {name}", lambda: sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"]))
    url = sqs.create_queue(QueueName=name, tags={tag["Key"]: tag["Value"] for tag in bench.tags})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Queue(bench, url, arn)


def make_rule(bench: Bench, thing: str, pattern: dict[str, Any], target_arn: str) -> str:
    """Make a rule of the default event bus with one target, and return its ARN."""
    events, name = bench.account.client("events"), bench.named(thing)

    def delete() -> None:
        events.remove_targets(Rule=name, Ids=["target"])
        events.delete_rule(Name=name)

    bench.ledger.add(f"rule {name}", delete)
    arn: str = events.put_rule(Name=name, EventPattern=json.dumps(pattern), Tags=bench.tags)["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target_arn}])
    return arn
