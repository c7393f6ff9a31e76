"""S3 behind the real boto3 client: botocore checks and sends every call, and only the network is replaced."""

import json
import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from capture_writer import Buffering

# What a call meets. "lost" stores the object and loses the answer: the client cannot know that it is there.
FINE, REFUSED, UNREACHABLE, LOST = "fine", "refused", "unreachable", "lost"


class _Body:
    def __init__(self, content):
        self._content = content

    def stream(self, **_):
        yield self._content


class FakeS3:
    """Objects of one account, with planned failures."""

    def __init__(self):
        self.objects = {}
        self.requests = []
        self.plan = []  # what the next calls meet, the first one first
        self.always = FINE
        self.gate = threading.Event()  # cleared: S3 does not answer
        self.gate.set()
        self.client = boto3.client(
            "s3",
            region_name="eu-west-1",
            endpoint_url="http://s3.test",  # plain, so that bodies are not in chunks
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        self.client.meta.events.register("before-send.s3.PutObject", self._put)

    def create_client(self):
        return self.client

    def reset(self):
        self.objects.clear()
        self.requests.clear()
        self.plan.clear()
        self.always = FINE
        self.gate.set()

    def records(self):
        return [json.loads(line) for body in self.objects.values() for line in body.splitlines()]

    def named(self, side):
        """Every object that the manifests of a side name, by its key: "input" or "output"."""
        found = {}
        for key, body in self.objects.items():
            if f"/{side}/" in key:
                head, *entries = json.loads(body)
                prefix = head["prefix"].removeprefix("s3://")
                found |= {prefix + entry: self.objects[prefix + entry].decode() for entry in entries}
        return found

    def _put(self, request, **_):
        self.gate.wait()
        self.requests.append(request)
        meets = self.plan.pop(0) if self.plan else self.always
        if meets == UNREACHABLE:
            raise ConnectionClosedError(endpoint_url=request.url)
        if meets == REFUSED:
            return AWSResponse(request.url, 503, {}, _Body(b"<Error><Code>SlowDown</Code></Error>"))
        self.objects[unquote(urlsplit(request.url).path).lstrip("/")] = request.body.read()
        if meets == LOST:
            raise ConnectionClosedError(endpoint_url=request.url)
        return AWSResponse(request.url, 200, {}, _Body(b""))


class FolderClient:
    """A client that writes files, so that several processes can share what it wrote."""

    def __init__(self, folder):
        self._folder = Path(folder)

    def put_object(self, *, Bucket, Key, Body):  # noqa: N803 - the names of the API
        path = self._folder / Bucket / Key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Body)


@pytest.fixture(scope="session")
def _s3():
    return FakeS3()


@pytest.fixture
def s3(_s3):
    _s3.reset()
    yield _s3
    _s3.gate.set()


@pytest.fixture
def patient():
    """Send nothing by itself for an hour."""
    return Buffering(flush_seconds=3600, retry_seconds=0.001)


@pytest.fixture
def eventually():
    def wait(condition, seconds=5.0):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come true"
            time.sleep(0.005)

    return wait


@pytest.fixture
def in_folder(tmp_path):
    """Make a writer's client that stores into a folder, and read what is there."""

    class Shared:
        def create_client(self):
            return FolderClient(tmp_path)

        def records(self):
            return [json.loads(line) for path in tmp_path.rglob("*.jsonl") for line in path.read_text().splitlines()]

    return Shared()
