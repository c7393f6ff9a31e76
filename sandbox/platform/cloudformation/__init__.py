"""What MiniStack's CloudFormation leaves out or does otherwise than AWS."""

from sandbox.platform.cloudformation import (
    alarms,
    buckets,
    custom_resources,
    exports,
    limits,
    named_queries,
    stack_events,
    topics,
)


def install() -> None:
    """Install the corrections. Called once, before the server starts."""
    alarms.install()
    buckets.install()
    custom_resources.install()
    exports.install()
    named_queries.install()
    stack_events.install()
    topics.install()
    limits.install()
