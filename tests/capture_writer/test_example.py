"""The example's service, which is what others copy."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection

from capture_writer import CaptureLayout, CaptureWriter
from examples.served_elsewhere.send import send
from examples.served_elsewhere.serve import MODEL, Service
from sandbox.process.client import SandboxProcess


def test_the_service_captures_what_it_was_sent_and_what_it_answered(s3, patient):
    writer = CaptureWriter(
        "s3://traffic/capture",
        endpoint_name=MODEL,
        layout=CaptureLayout.BATCH_CSV,
        buffering=patient,
        create_client=s3.create_client,
    )
    with writer:
        score = Service(writer).predict({"income": 1000, "amount": 6000, "term": 24, "flag": 0}, "request-1")
    assert score == 0.5
    rows = {key: body.decode() for key, body in s3.objects.items() if "/data/" in key}
    assert [body for key, body in rows.items() if key.endswith(".csv")] == ["1000,6000,24,0\n"]
    (answer,) = [body for key, body in rows.items() if key.endswith(".csv.out")]
    assert answer.startswith("0.5,request-1,")
    manifests = [key for key in s3.objects if key.endswith(".json")]
    assert {key.split("/")[3] for key in manifests} == {"input", "output"}
    assert all(
        json.loads(s3.objects[key])[0]["prefix"].startswith(f"s3://traffic/capture/{MODEL}/") for key in manifests
    )


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running_service(environment):
    """The service in a process of its own, as soon as it answers, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.served_elsewhere.serve"],
        env={**os.environ, **environment, "PORT": str(port)},
        stderr=subprocess.DEVNULL,  # its log of requests
    )
    try:
        while not _listens(port):
            assert process.poll() is None, "it ended before it listened"
            time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait()


def test_what_is_held_is_in_s3_when_kubernetes_ends_the_service():
    with SandboxProcess.start() as box:
        s3 = box.client("s3")
        s3.create_bucket(Bucket="traffic")
        with running_service({**box.environment(), "CAPTURE": "s3://traffic/capture"}) as (process, port):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            body = json.dumps({"income": 1000, "amount": 6000, "term": 24, "flag": 0})
            connection.request("POST", "/", body, {"X-Request-Id": "request-1"})
            assert json.loads(connection.getresponse().read()) == {"score": 0.5}
            send(port, count=1, factor=3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        found = [item["Key"] for item in s3.list_objects_v2(Bucket="traffic", Prefix="capture/")["Contents"]]
        (inputs,) = (key for key in found if key.endswith(".csv"))
        assert s3.get_object(Bucket="traffic", Key=inputs)["Body"].read().splitlines() == [
            b"1000,6000,24,0",
            b"522.64,11169.21,24,0",
        ]
        assert len(found) == 4
