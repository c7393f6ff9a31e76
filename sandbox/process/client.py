"""Starts a sandbox from Python and talks to it."""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import IO, Any, Self, cast

from botocore.config import Config

from sandbox.boto import make_client
from sandbox.process import sdk_defaults
from sandbox.process.settings import Settings, Value

_START_TIMEOUT = timedelta(seconds=90)
_STOP_TIMEOUT = timedelta(seconds=15)
_IDLE_POLL = 0.1
_INTO_NEXT_HOUR = timedelta(hours=1, minutes=5)
# What a shell may have set for a real account and would win over the sandbox's values, or send calls elsewhere.
_FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


class SandboxError(Exception):
    """The sandbox did not start, stopped, or did not get done in time; its own words are in the message."""


@dataclass(frozen=True)
class Connection:
    """What ``python -m sandbox up`` prints as its first line."""

    endpoint_url: str
    region: str
    access_key_id: str
    secret_access_key: str
    account_id: str
    administration_secret: str
    sagemaker_sdk_config: str


class SandboxProcess:
    """A sandbox in a process of its own. It stops when the block ends, and when the calling program dies.

    Example:
        >>> with SandboxProcess.start() as box:  # doctest: +SKIP
        ...     box.client("s3").create_bucket(Bucket="training-data")
        ...     subprocess.run(["cdk", "deploy"], env=box.environment(), check=True)
        ...     box.advance(timedelta(hours=1))
    """

    def __init__(self, process: subprocess.Popen[str], connection: Connection, log: IO[str]) -> None:
        self._process = process
        self._connection = connection
        self._log = log

    @classmethod
    def start(cls, port: int = 0, *, iam: bool = True, time_scale: float = 1.0, **settings: Value) -> Self:
        """Start a sandbox and wait until it answers.

        Args:
            port: Port of 127.0.0.1; 0 takes a free one.
            iam: Enforce IAM.
            time_scale: How many times faster than real time the sandbox's clock runs.
            **settings: What AWS does now and then: the fields of `sandbox.process.settings.Settings`.

        Raises:
            ValueError: A setting is unknown or wrong.
            SandboxError: It did not start; the message holds what it wrote on standard error.
        """
        command = [sys.executable, "-m", "sandbox", "up", "--watch-stdin"]
        command += ["--port", str(port), "--time-scale", str(time_scale)]
        command += [] if iam else ["--no-iam"]
        command += Settings.of(settings).arguments()
        log = tempfile.TemporaryFile("w+", prefix="sandbox-log-")  # noqa: SIM115 - closed in stop()
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            return cls(process, _read_connection(process, log), log)
        except BaseException:
            _end(process)
            log.close()
            raise

    def stop(self) -> None:
        """Stop it and wait until it is gone. Stopping twice is fine."""
        _end(self._process)
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def endpoint_url(self) -> str:
        """The endpoint of every service."""
        return self._connection.endpoint_url

    @property
    def region(self) -> str:
        """The sandbox's region."""
        return self._connection.region

    @property
    def access_key_id(self) -> str:
        """The administrator's key id, new with every start."""
        return self._connection.access_key_id

    @property
    def secret_access_key(self) -> str:
        """The administrator's secret key."""
        return self._connection.secret_access_key

    @property
    def account_id(self) -> str:
        """The sandbox's account."""
        return self._connection.account_id

    @property
    def administration_secret(self) -> str:
        """What the administration wants in the header ``X-Sandbox-Secret``."""
        return self._connection.administration_secret

    @property
    def pid(self) -> int:
        """Process id of the sandbox."""
        return self._process.pid

    def environment(self) -> dict[str, str]:
        """This process's environment, pointed at the sandbox: for the CLIs and the SageMaker Python SDK."""
        inherited = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return inherited | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CDK_DEFAULT_ACCOUNT": self.account_id,
            "CDK_DEFAULT_REGION": self.region,
            "CDK_DISABLE_CLI_TELEMETRY": "true",  # deployments to nowhere tell nobody how the CDK is used
            sdk_defaults.VARIABLE: self._connection.sagemaker_sdk_config,
        }

    def client(self, service: str, **overrides: Any) -> Any:
        """A boto3 client of the administrator; ``overrides`` go to boto3 (other credentials, a config)."""
        arguments: dict[str, Any] = {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
            "config": Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        }
        return make_client(service, **(arguments | overrides))

    def now(self) -> datetime:
        """The sandbox's time, aware, in UTC."""
        return datetime.fromisoformat(self._ask("clock")["now"])

    def advance(self, by: timedelta) -> datetime:
        """Move the sandbox's clock forward; what falls due on the way runs.

        Returns:
            The sandbox's new time.
        """
        return datetime.fromisoformat(self._ask("clock", {"advance_seconds": by.total_seconds()})["now"])

    def advance_into_next_hour(self) -> datetime:
        """Move the sandbox's clock to five minutes past the next full hour.

        What follows then has most of an hour before hourly schedules run; without it, what is done at one minute to the
        hour lies in two hours.

        Returns:
            The sandbox's new time.
        """
        now = self.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        return self.advance(hour + _INTO_NEXT_HOUR - now)

    def is_idle(self) -> bool:
        """Whether no job, execution or endpoint change is under way."""
        return bool(self._ask("idle")["idle"])

    def wait_until_idle(self, timeout: float = 60) -> None:
        """Wait until no processing job, monitoring execution or endpoint change is under way.

        Args:
            timeout: Seconds of real time.

        Raises:
            SandboxError: Something was still under way at the end.
        """
        end = time.monotonic() + timeout
        while not self.is_idle():
            if time.monotonic() > end:
                raise SandboxError(f"the sandbox was still busy after {timeout} s{self._said()}")
            time.sleep(_IDLE_POLL)

    def settings(self) -> Settings:
        """What AWS does now and then, as it is set."""
        return Settings.of(self._ask("settings"))

    def change(self, **settings: Value) -> Settings:
        """Change settings: the fields of `sandbox.process.settings.Settings`; the others stay as they are.

        Returns:
            All settings.

        Raises:
            SandboxError: A setting is unknown or wrong.
        """
        return Settings.of(self._ask("settings", settings))

    def outbox(self) -> list[dict[str, Any]]:
        """The e-mails that SNS "sent", oldest first: ``to``, ``subject``, ``body``, ``topic_arn``, ``time``."""
        messages: list[dict[str, Any]] = self._ask("outbox")
        return messages

    def _ask(self, name: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - always our own loopback address
            f"{self.endpoint_url}/_sandbox/{name}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Sandbox-Secret": self.administration_secret},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - see above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SandboxError(f"the sandbox refused {name}: {error.read().decode()}") from error
        except OSError as error:
            raise SandboxError(f"the sandbox does not answer ({error}){self._said()}") from error

    def _said(self) -> str:
        return _said(self._log)


def _read_connection(process: subprocess.Popen[str], log: IO[str]) -> Connection:
    stdout = cast("IO[str]", process.stdout)
    ready, _, _ = select.select([stdout], [], [], _START_TIMEOUT.total_seconds())
    line = stdout.readline() if ready else ""
    if not line:
        why = f"did not start within {_START_TIMEOUT.total_seconds():.0f} s" if not ready else "did not start"
        raise SandboxError(f"the sandbox {why}{_said(log)}")
    return Connection(**json.loads(line))


def _said(log: IO[str]) -> str:
    log.seek(0)
    text = log.read().strip()
    return f"; it said: {text[-2000:]}" if text else ""


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_STOP_TIMEOUT.total_seconds())
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
