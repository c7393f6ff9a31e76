"""One model container: a subprocess that serves one variant's model."""

import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sandbox import seams
from sandbox.sagemaker import processes

OK = 200
PRIMARY = "primary"
"""Name of the container of a model that has only one."""
_CONTAINER = Path(__file__).with_name("container")
_START_SECONDS = 120
"""How long a model may take to load."""
_ANSWER_SECONDS = 60
"""A model container must answer within 60 seconds.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""
_STOP_SECONDS = 2
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH")
# A container answers one request at a time, and most have a row: with a thread for every core, the threads of several
# containers wait for each other more than they work. A model's own variables win.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class HostingError(Exception):
    """A model cannot be served; the message is the endpoint's FailureReason."""


class RetiredError(Exception):
    """The container was taken out of service while the request waited for it; another one serves now."""


@dataclass(frozen=True)
class Answer:
    """What a container answered.

    Args:
        status: 200 (`OK`), or an error's HTTP status; 0 when there was no answer in time.
        content_type: With parameters, as the container said it.
        body: The payload, or the error's text.
        container: Who answered.
    """

    status: int
    content_type: str
    body: bytes
    container: str = PRIMARY


class ModelWorker:
    """A running container. One request at a time; it is started again after it died or fell silent.

    Args:
        model_folder: The unpacked model archive.
        code_folder: Where its script is, if it has one.
        image: URI of its image, which tells the contract that it follows.
        environment: Variables of the container, credentials included.
        log: Group and stream of CloudWatch Logs for what the model prints.
    """

    def __init__(
        self, model_folder: Path, code_folder: Path, image: str, environment: dict[str, str], log: tuple[str, str]
    ) -> None:
        self._model_folder = model_folder
        self._code_folder = code_folder
        self._image = image
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._environment = inherited | _ONE_THREAD | environment
        self._log = log
        self._lock = threading.Lock()
        self._retired = False
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._incoming: BinaryIO | None = None

    def start(self) -> None:
        """Start the container and wait until the model is loaded.

        Raises:
            HostingError: The model does not load; the message holds its exception.
        """
        with self._lock:
            self._start()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Have the model answer one request.

        Raises:
            RetiredError: The container was stopped for good.
        """
        with self._lock:
            if self._retired:
                raise RetiredError
            try:
                if self._process is not None and self._process.poll() is not None:
                    self._stop()
                if self._process is None:
                    self._start()
                return self._ask(body, content_type=content_type, accept=accept)
            except HostingError as error:
                return Answer(500, "text/plain", str(error).encode())
            except TimeoutError:
                self._stop()
                text = "Your invocation timed out while waiting for a response from container primary."
                return Answer(0, "text/plain", text.encode())
            except (OSError, ValueError):
                self._stop()
                return Answer(500, "text/plain", b"the model container died while it served the request")

    def stop(self) -> None:
        """End the container for good, after the request at hand."""
        with self._lock:
            self._retired = True
            self._stop()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and server
                [
                    sys.executable,
                    "-P",
                    "-u",
                    str(_CONTAINER),
                    str(theirs.fileno()),
                    str(self._model_folder),
                    str(self._code_folder),
                    self._image,
                ],
                pass_fds=[theirs.fileno()],
                env=self._environment,
                cwd=self._model_folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._connection, self._incoming = ours, ours.makefile("rb")
        self._follow_log(self._process)
        ours.settimeout(_START_SECONDS)
        try:
            ready = self._receive()
        except (OSError, ValueError) as error:
            self._stop()
            raise HostingError(f"the model container ended or hung while it loaded the model: {error}") from error
        if ready.status != OK:
            self._stop()
            raise HostingError(ready.body.decode(errors="replace"))
        ours.settimeout(_ANSWER_SECONDS)

    def _ask(self, body: bytes, **header: str) -> Answer:
        assert self._connection is not None
        self._connection.sendall(json.dumps({**header, "length": len(body)}).encode() + b"\n" + body)
        return self._receive()

    def _receive(self) -> Answer:
        assert self._incoming is not None
        header = json.loads(self._incoming.readline())
        body = self._incoming.read(header["length"])
        return Answer(header["status"], header.get("content_type", ""), body)

    def _stop(self) -> None:
        for channel in (self._incoming, self._connection):
            if channel is not None:
                channel.close()
        if self._process is not None:
            processes.end(self._process, _STOP_SECONDS)
        self._process = self._connection = self._incoming = None

    def _follow_log(self, process: subprocess.Popen[bytes]) -> None:
        output = process.stdout
        assert output is not None

        def follow() -> None:
            with output:
                for line in output:
                    seams.write_log_lines(*self._log, [line.decode(errors="replace").rstrip()])

        seams.spawn_background(follow, "sagemaker-model-log")
