"""The one exception that service code raises to answer a request with an AWS error."""


class AwsError(Exception):
    """An error as AWS words it on the wire.

    Args:
        code: AWS's error code, e.g. ``ValidationException``.
        message: The text that the caller reads.
        status: HTTP status of the answer.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
