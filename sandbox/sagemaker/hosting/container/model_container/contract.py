"""What all model containers share: media types, and how a request is refused."""

from typing import Protocol

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
JSON_LINES = "application/jsonlines"
ANY = ("", "*/*")
BAD_REQUEST, NOT_ACCEPTABLE, BAD_MEDIA_TYPE = 400, 406, 415


class RefusedError(Exception):
    """A request that the container answers with a client error.

    Args:
        status: HTTP status of the answer.
        message: Its body.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Model(Protocol):
    """A loaded model behind its container's handlers."""

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Body and content type of the answer to one request.

        Raises:
            RefusedError: The caller's fault.
        """


def media_type(content_type: str) -> str:
    """The type without parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def with_charset(content_type: str) -> str:
    """The type as Flask, in front of the container's handlers, sends it: with the charset of text."""
    text = content_type.startswith("text/") and "charset" not in content_type
    return content_type + ("; charset=utf-8" if text else "")


def repository(image: str) -> str:
    """Name of an image's repository, without registry, tag and digest."""
    return image.rsplit("/", 1)[-1].partition("@")[0].partition(":")[0]
