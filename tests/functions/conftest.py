"""The clients of the functions, whose calls end at an account in memory."""

import copy

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from shared import clients
from tests.functions.fake_aws import FakeAws


class Wire:
    """Real clients, made once because that is slow, whose calls end at the account of the moment."""

    def __init__(self):
        self.aws = FakeAws()
        self.clients = {name: self._client(name) for name in ("s3", "sagemaker", "cloudwatch", "sns", "events")}
        self.sts = self._client("sts")

    def _client(self, name):
        client = boto3.client(name, "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        client.meta.events.register_first("before-parameter-build.*.*", self._remember)
        client.meta.events.register_first("before-call.*.*", self._answer)
        return client

    def _remember(self, params, context, **_):
        context["parameters"] = copy.copy(params)

    def _answer(self, model, context, **_):
        status, parsed = self.aws.answer(model.name, context["parameters"])
        parsed.setdefault("ResponseMetadata", {"HTTPStatusCode": status})
        return AWSResponse("https://aws.invalid", status, {}, None), parsed


@pytest.fixture(scope="session")
def wire() -> Wire:
    return Wire()


@pytest.fixture
def aws(wire, monkeypatch) -> FakeAws:
    """An empty account with the buckets `data` and `out`; the functions' clients talk to it."""
    for name, client in wire.clients.items():
        monkeypatch.setattr(clients, name, lambda client=client: client)
    monkeypatch.setattr(clients, "_sts", lambda: wire.sts)
    monkeypatch.setattr(clients, "_assumed", {})
    wire.aws = FakeAws()
    return wire.aws
