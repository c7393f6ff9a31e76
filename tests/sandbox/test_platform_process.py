"""Starting and stopping: what ``python -m sandbox up`` prints, takes and leaves."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from sandbox.__main__ import main
from sandbox.process.client import SandboxError, SandboxProcess

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def up() -> Iterator[subprocess.Popen[str]]:
    """The command as a person runs it in a terminal."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "up", "--no-iam", "--time-scale", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    yield process
    process.kill()
    process.wait()


def test_it_serves_on_loopback_alone_and_leaves_nothing_when_interrupted(up: subprocess.Popen[str]) -> None:
    assert up.stdout is not None
    connection = json.loads(up.stdout.readline())
    assert set(connection) == {"endpoint_url", "region", "access_key_id", "secret_access_key", "account_id"}
    process = psutil.Process(up.pid)
    listening = [found.laddr for found in process.net_connections("tcp") if found.status == psutil.CONN_LISTEN]
    assert [f"http://{address.ip}:{address.port}" for address in listening] == [connection["endpoint_url"]]
    work = Path(home_of_a_function(connection))
    assert work.is_dir()
    assert ask(connection, "clock")["scale"] == 60
    children = process.children(recursive=True)
    assert children
    up.send_signal(signal.SIGINT)
    assert up.wait(15) == 0
    assert not [child for child in children if child.is_running()]
    assert not work.exists()


def test_it_stops_at_once_whatever_is_under_way() -> None:
    """An invocation and a custom resource that wait for a function which sleeps for a minute."""
    with SandboxProcess.start(iam=False) as box:
        arn = make_function(box.client("lambda"), "import time\ndef handler(event, context): time.sleep(60)")
        template = {"Resources": {"R": {"Type": "Custom::Slow", "Properties": {"ServiceToken": arn}}}}
        box.client("cloudformation").create_stack(StackName="slow", TemplateBody=json.dumps(template))
        box.client("lambda").invoke(FunctionName=arn, InvocationType="Event")
        process = psutil.Process(box.pid)
        end = time.monotonic() + 15
        while len(children := process.children(recursive=True)) < 2:
            assert time.monotonic() < end, "the functions did not start"
            time.sleep(0.05)
        started = time.monotonic()
    assert time.monotonic() - started < 8
    assert not [child for child in children if child.is_running()]


def home_of_a_function(connection: dict[str, str]) -> str:
    lambda_ = boto3.client(
        "lambda",
        endpoint_url=connection["endpoint_url"],
        region_name=connection["region"],
        aws_access_key_id=connection["access_key_id"],
        aws_secret_access_key=connection["secret_access_key"],
    )
    arn = make_function(lambda_, "import os\ndef handler(event, context): return os.environ['HOME']")
    home: str = json.load(lambda_.invoke(FunctionName=arn)["Payload"])
    return home


def make_function(lambda_: Any, source: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", source)
    return lambda_.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=100,
    )["FunctionArn"]


def ask(connection: dict[str, str], name: str) -> Any:
    with urllib.request.urlopen(f"{connection['endpoint_url']}/_sandbox/{name}") as answer:
        return json.load(answer)


def test_two_sandboxes_run_side_by_side(box: SandboxProcess) -> None:
    with SandboxProcess.start() as other:
        assert other.endpoint_url != box.endpoint_url
        assert other.access_key_id != box.access_key_id
        other.client("s3").create_bucket(Bucket="only-in-the-other")
        assert "only-in-the-other" not in [found["Name"] for found in box.client("s3").list_buckets()["Buckets"]]
        pid = other.pid
    assert not psutil.pid_exists(pid)


def test_a_taken_port_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["up", "--port", str(port)]) == 1
    assert f"port {port} of 127.0.0.1 is taken" in capsys.readouterr().err


def test_a_sandbox_that_does_not_start_says_why() -> None:
    with pytest.raises(SandboxError, match="did not start; it said: sandbox: the time scale must be a number above 0"):
        SandboxProcess.start(time_scale=0)


def test_it_stops_when_the_program_that_started_it_dies() -> None:
    program = (
        "import os\n"
        "from sandbox.process.client import SandboxProcess\n"
        "box = SandboxProcess.start(iam=False)\n"
        "print(box.pid, flush=True)\n"
        "os._exit(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(15)
    assert not psutil.pid_exists(pid)


def test_the_environment_for_other_programs_holds_no_foreign_account(
    box: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    environment = box.environment()
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ENDPOINT_URL"] == box.endpoint_url
    assert environment["AWS_CONFIG_FILE"] == os.devnull
