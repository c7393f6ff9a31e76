"""Answers requests over a socket with the model of a folder.

A message is one line of JSON with a ``length``, then as many bytes. The first one out says whether the model loaded.
"""

import json
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from . import images
from .contract import Model, RefusedError

OK, SERVER_ERROR = 200, 500
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python-headless", "yaml": "pyyaml"}
"""Packages whose name on PyPI is not that of their import."""


def main(descriptor: str, model_folder: str, code_folder: str, image: str) -> None:
    """Load the model, say how that went, then serve."""
    connection = socket.socket(fileno=int(descriptor))
    with connection, connection.makefile("rb") as incoming, connection.makefile("wb") as outgoing:
        try:
            model = images.load(Path(model_folder), Path(code_folder), image)
        except Exception as error:
            traceback.print_exc()
            send(outgoing, f"{type(error).__name__}: {explained(error)}".encode(), status=SERVER_ERROR)
            return
        send(outgoing, b"", status=OK)
        serve(model, incoming, outgoing)


def serve(model: Model, incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer requests until the other side closes."""
    while line := incoming.readline():
        request = json.loads(line)
        body = incoming.read(request["length"])
        try:
            payload, content_type = model.answer(body, request["content_type"], request["accept"])
            send(outgoing, payload, status=OK, content_type=content_type)
        except RefusedError as error:
            send(outgoing, str(error).encode(), status=error.status, content_type="text/plain")
        except Exception as error:
            traceback.print_exc()
            send(outgoing, explained(error).encode(), status=SERVER_ERROR, content_type="text/plain")


def send(stream: BinaryIO, body: bytes, **header: Any) -> None:
    """Write one message."""
    stream.write(json.dumps({**header, "length": len(body)}).encode() + b"\n" + body)
    stream.flush()


def explained(error: Exception) -> str:
    """What an exception says, and how to fix it when a package is missing."""
    text = str(error) or type(error).__name__
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return text
    package = error.name.partition(".")[0]
    return (
        f"{text}; a model brings its own packages: run '{sys.executable} -m pip install "
        f"{_DISTRIBUTIONS.get(package, package)}', or put the module into code/ of model.tar.gz if it is yours"
    )
