"""The error that SageMaker answers to nearly every bad request."""

from sandbox.errors import AwsError


def refuse(message: str) -> AwsError:
    """A ValidationException, to be raised."""
    return AwsError("ValidationException", message)
