"""The account that is looked at: clients and identity."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

import boto3
from botocore.config import Config

from account_check.wording import Wording

_IMAGES = {
    "analyzer": ("analyzer", "sagemaker-model-monitor-analyzer", "latest"),
    "merger": ("analyzer", "sagemaker-model-monitor-groundtruth-merger", "latest"),
    "clarify": ("clarify", "sagemaker-clarify-processing", "1.0"),
}
"""Owner in `image_accounts.json` of the construct library, repository, tag."""
_CHINA = "aws-cn"


class AccountError(Exception):
    """The caller's credentials or region cannot be used; the message says what to do."""


@dataclass(frozen=True)
class ImageLocation:
    """Where AWS publishes an image."""

    registry: str
    repository: str
    tag: str


class Account:
    """An account and region, with the credentials that boto3 finds.

    Raises:
        botocore.exceptions.BotoCoreError: There are no credentials.
        botocore.exceptions.ClientError: They are not valid.
        AccountError: No region is set.
    """

    def __init__(self) -> None:
        # boto3 reads AWS_DEFAULT_REGION only; the AWS CLI, and everybody who follows its advice, AWS_REGION first.
        self._session = boto3.session.Session(region_name=os.environ.get("AWS_REGION") or None)
        if not self._session.region_name:
            raise AccountError("no region is set; set AWS_REGION (or AWS_DEFAULT_REGION), or a region in your profile")
        self.region: str = self._session.region_name
        self.endpoint_url = os.environ.get("AWS_ENDPOINT_URL") or None
        self._clients: dict[str, Any] = {}
        identity = self.client("sts").get_caller_identity()
        self.id: str = identity["Account"]
        self.caller_arn: str = identity["Arn"]
        self.partition = self.caller_arn.split(":")[1]
        self.wording = Wording(self.id, self.region, self.partition)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        """Return a client, made once for each service."""
        if service not in self._clients:
            config = Config(retries={"mode": "standard", "max_attempts": 3})
            if self.endpoint_url:
                config = config.merge(Config(s3={"addressing_style": "path"}))
            self._clients[service] = self._session.client(cast("Any", service), config=config)
        return self._clients[service]

    @property
    def caller_kind(self) -> Literal["root", "user", "role", "other"]:
        """What the caller is."""
        resource = self.caller_arn.rsplit(":", 1)[-1].partition("/")[0]
        kinds: dict[str, Literal["root", "user", "role"]] = {"root": "root", "user": "user", "assumed-role": "role"}
        return kinds.get(resource, "other")

    def image(self, name: str) -> ImageLocation | None:
        """Return where an image is published for this region; None when it is not.

        Args:
            name: ``analyzer``, ``merger`` or ``clarify``.
        """
        owner, repository, tag = _IMAGES[name]
        registry = _image_accounts().get(self.region, {}).get(owner)
        return ImageLocation(registry, repository, tag) if registry else None

    def image_uri(self, name: str) -> str:
        """Return the address of an image, as the construct library gives it to jobs.

        Raises:
            AccountError: AWS publishes none for this region.
        """
        location = self.image(name)
        if location is None:
            raise AccountError(f"AWS publishes no image '{name}' for {self.region}; choose another region")
        suffix = "amazonaws.com.cn" if self.partition == _CHINA else "amazonaws.com"
        tag = "" if location.tag == "latest" else f":{location.tag}"
        return f"{location.registry}.dkr.ecr.{self.region}.{suffix}/{location.repository}{tag}"


@cache
def _image_accounts() -> dict[str, dict[str, str]]:
    spec = find_spec("model_monitor")  # found, not imported: that would start the CDK
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "jobs" / "image_accounts.json"
    accounts: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return accounts
