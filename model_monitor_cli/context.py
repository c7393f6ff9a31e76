"""AWS as commands see it: clients, region and the time.

The same code works against an account and against the sandbox, whose clock may have been moved. The time is therefore
that of the service: the `Date` header of SageMaker's answers, not the clock of this machine.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from shared import clients as of_functions, logs

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient

_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 5})


class Clock:
    """The time of the service, learned from its answers; between two answers this machine's clock goes on."""

    def __init__(self) -> None:
        self._ahead: timedelta | None = None

    def hear(self, date: str | None) -> None:
        """Learn the time from a `Date` header."""
        if date:
            self._ahead = parsedate_to_datetime(date) - datetime.now(UTC)

    @property
    def knows(self) -> bool:
        """Whether an answer has told the time."""
        return self._ahead is not None

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC) + (self._ahead or timedelta(0))


class Context:
    """One account and region, with the credentials that boto3 finds in the environment."""

    def __init__(self) -> None:
        """Call nothing yet.

        Raises:
            BotoCoreError: The profile does not exist.
        """
        self._clock = Clock()
        # The functions' sources make clients of the default session: they must be those of now.
        boto3.setup_default_session()
        logs.turn_off()
        of_functions.forget()
        session = boto3.DEFAULT_SESSION
        assert session is not None, "it has just been set up"
        self._session = session
        session.events.register("after-call.sagemaker", self._hear)

    @property
    def region(self) -> str:
        """The region."""
        return self.sagemaker.meta.region_name

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        """SageMaker."""
        return of_functions.sagemaker()

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return of_functions.s3()

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """CloudWatch."""
        return of_functions.cloudwatch()

    @cached_property
    def sns(self) -> SNSClient:
        """SNS."""
        return of_functions.sns()

    def client(self, service: str) -> Any:  # noqa: ANN401 - a class for every service
        """Return a client of another service."""
        return self._session.client(service, config=_CONFIG)  # type: ignore[call-overload]  # one of those that exist

    def now(self) -> datetime:
        """Return the service's time, aware, in UTC."""
        if not self._clock.knows:
            self.sagemaker.list_monitoring_schedules(MaxResults=1)
        return self._clock.now()

    def _hear(self, parsed: dict[str, Any], **_others: object) -> None:
        self._clock.hear(parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date"))
