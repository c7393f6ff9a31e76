"""The inside of a model container: loads ``code/inference.py`` and answers requests over a socket.

Runs as a script of its own and imports nothing of the sandbox, because it starts with every endpoint. It follows the
contract of SageMaker's scikit-learn container
(https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#deploy-a-scikit-learn-model):
``model_fn`` is required; ``input_fn``, ``predict_fn``, ``output_fn`` (or ``transform_fn`` for all three) have defaults
for CSV, JSON and NPY.

Usage: ``model_server.py <socket fd> <model folder>``. A message is one line of JSON with a ``length``, then as many
bytes. The first message out says whether the model loaded.
"""

import importlib.util
import io
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
OK, BAD_MEDIA_TYPE, NOT_ACCEPTABLE, SERVER_ERROR = 200, 415, 406, 500


class UnsupportedError(Exception):
    """A default handler met a media type that it cannot read or write."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Handlers:
    """The functions of the user's script, with the container's defaults for those it leaves out."""

    def __init__(self, script: ModuleType, model_folder: str) -> None:
        if not hasattr(script, "model_fn"):
            raise NotImplementedError(f"{script.__file__} has no model_fn(model_dir)")
        self.model = script.model_fn(model_folder)
        self._input: Callable[..., Any] = getattr(script, "input_fn", default_input)
        self._predict: Callable[..., Any] = getattr(script, "predict_fn", default_predict)
        self._output: Callable[..., Any] = getattr(script, "output_fn", default_output)
        self._transform: Callable[..., Any] = getattr(script, "transform_fn", self._in_three_steps)

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Body and content type of the answer to one request."""
        if accept in ("", "*/*"):
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        content = body.decode() if media_type(content_type) in (JSON, CSV) else body
        result = self._transform(self.model, content, content_type, accept)
        payload, mime = result if isinstance(result, tuple) else (result, accept)
        # Flask, in front of the container's handlers, names the charset of text.
        charset = "; charset=utf-8" if mime.startswith("text/") and "charset" not in mime else ""
        return payload.encode() if isinstance(payload, str) else bytes(payload), mime + charset

    def _in_three_steps(self, model: Any, content: str | bytes, content_type: str, accept: str) -> Any:
        return self._output(self._predict(self._input(content, content_type), model), accept)


def default_input(content: str | bytes, content_type: str) -> Any:
    """A NumPy array, of 32-bit floats for text."""
    import numpy as np  # noqa: PLC0415 - most scripts bring their own input_fn, and NumPy takes long to import

    kind = media_type(content_type)
    if kind == CSV:
        return np.genfromtxt(io.StringIO(str(content)), dtype=np.float32, delimiter=",")
    if kind == JSON:
        return np.array(json.loads(content)).astype(np.float32)
    if kind == NPY:
        return np.load(io.BytesIO(bytes(content, "latin-1") if isinstance(content, str) else content))
    raise UnsupportedError(BAD_MEDIA_TYPE, f"Content type {content_type} is not supported by this framework.")


def default_predict(content: Any, model: Any) -> Any:
    """What the model's own ``predict`` says."""
    return model.predict(content)


def default_output(prediction: Any, accept: str) -> tuple[str | bytes, str]:
    """The prediction in the form that the caller accepts."""
    import numpy as np  # noqa: PLC0415 - see default_input

    kind = media_type(accept)
    if kind == JSON:
        return json.dumps(np.asarray(prediction).tolist()), JSON
    if kind == CSV:
        stream = io.StringIO()
        np.savetxt(stream, np.atleast_1d(np.asarray(prediction)), delimiter=",", fmt="%s")
        return stream.getvalue(), CSV
    if kind == NPY:
        buffer = io.BytesIO()
        np.save(buffer, prediction)
        return buffer.getvalue(), NPY
    raise UnsupportedError(NOT_ACCEPTABLE, f"Accept type {accept} is not supported by this framework.")


def media_type(content_type: str) -> str:
    """The type without parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def load_script(model_folder: Path) -> ModuleType:
    """Import the archive's inference script; modules beside it can be imported by it."""
    code = model_folder / "code"
    name = os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
    path = code / name
    if not path.is_file():
        raise FileNotFoundError(f"model.tar.gz has no code/{name}")
    sys.path.insert(0, str(code))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def serve(handlers: Handlers, incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer requests until the other side closes."""
    while line := incoming.readline():
        request = json.loads(line)
        body = incoming.read(request["length"])
        try:
            payload, content_type = handlers.answer(body, request["content_type"], request["accept"])
            send(outgoing, payload, status=OK, content_type=content_type)
        except UnsupportedError as error:
            send(outgoing, str(error).encode(), status=error.status, content_type="text/plain")
        except Exception as error:
            traceback.print_exc()
            send(
                outgoing, (str(error) or type(error).__name__).encode(), status=SERVER_ERROR, content_type="text/plain"
            )


def send(stream: BinaryIO, body: bytes, **header: Any) -> None:
    """Write one message."""
    stream.write(json.dumps({**header, "length": len(body)}).encode() + b"\n" + body)
    stream.flush()


def main(descriptor: str, model_folder: str) -> None:
    """Load the model, say how that went, then serve."""
    connection = socket.socket(fileno=int(descriptor))
    with connection, connection.makefile("rb") as incoming, connection.makefile("wb") as outgoing:
        try:
            handlers = Handlers(load_script(Path(model_folder)), model_folder)
        except Exception as error:
            traceback.print_exc()
            send(outgoing, f"{type(error).__name__}: {error}".encode(), status=SERVER_ERROR)
            return
        send(outgoing, b"", status=OK)
        serve(handlers, incoming, outgoing)


if __name__ == "__main__":
    main(*sys.argv[1:])
