"""What MiniStack's CloudFormation leaves out or does otherwise than AWS."""

from sandbox.cloudformation import alarms, buckets, custom_resources, topics


def install() -> None:
    """Install the corrections. Called once, before the server starts."""
    alarms.install()
    buckets.install()
    custom_resources.install()
    topics.install()
