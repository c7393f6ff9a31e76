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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from sandbox.__main__ import main
from sandbox.process import cdk
from sandbox.process.client import SandboxError, SandboxProcess

ROOT = Path(__file__).resolve().parents[3]


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
    assert set(connection) == {
        "endpoint_url",
        "region",
        "access_key_id",
        "secret_access_key",
        "account_id",
        "administration_secret",
        "sagemaker_sdk_config",
    }
    process = psutil.Process(up.pid)
    listening = [found.laddr for found in process.net_connections("tcp") if found.status == psutil.CONN_LISTEN]
    assert [f"http://{address.ip}:{address.port}" for address in listening] == [connection["endpoint_url"]]
    work = Path(home_of_a_function(connection))
    assert work.is_dir()
    defaults = json.loads(Path(connection["sagemaker_sdk_config"]).read_text())["SageMaker"]["PythonSDK"]["Modules"]
    assert defaults == {"TelemetryOptOut": True, "Session": {"DefaultS3Bucket": "sagemaker-us-east-1-000000000000"}}
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
    headers = {"X-Sandbox-Secret": connection["administration_secret"]}
    request = urllib.request.Request(f"{connection['endpoint_url']}/_sandbox/{name}", headers=headers)
    with urllib.request.urlopen(request) as answer:
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


def test_the_next_start_removes_what_a_killed_sandbox_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    foreign = tmp_path / "sandbox-of-somebody"
    foreign.mkdir()
    with SandboxProcess.start(iam=False) as running:
        killed = SandboxProcess.start(iam=False)
        make_function(killed.client("lambda"), "def handler(event, context): return 1")
        killed.client("lambda").invoke(FunctionName="f")
        left = psutil.Process(killed.pid).children(recursive=True)
        psutil.Process(killed.pid).kill()
        killed.stop()
        assert len(list(tmp_path.iterdir())) == 3
        with SandboxProcess.start(iam=False) as following:
            folders = [folder for folder in tmp_path.iterdir() if folder != foreign]
            owners = {json.loads((folder / ".sandbox-owner").read_text())["pid"] for folder in folders}
            assert owners == {running.pid, following.pid}
    assert list(tmp_path.iterdir()) == [foreign]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


class TestTheCommandLine:
    """The CDK CLI, here a program that starts another one and waits, ends with those who wanted it."""

    @pytest.fixture
    def sandbox(self) -> Iterator[subprocess.Popen[bytes]]:
        """Stands for a sandbox that runs."""
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        yield process
        process.kill()
        process.wait()

    @pytest.fixture
    def deploying(self, sandbox: subprocess.Popen[bytes], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A program that runs it by way of `CdkCli`."""
        pids = tmp_path / "pids"
        command = tmp_path / "cdk.py"
        command.write_text(
            "import os, subprocess, sys\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
            "child.wait()\n"
        )
        program = (
            "import sys\n"
            "from pathlib import Path\n"
            "from types import SimpleNamespace\n"
            "from sandbox.process import cdk\n"
            "cdk._executable = lambda folder: sys.executable\n"
            f"box = SimpleNamespace(pid={sandbox.pid}, environment=dict, account_id='0', region='r')\n"
            f"cdk.CdkCli(box, 'app', Path.cwd())._run([{str(command)!r}], with_app=False)\n"
        )
        process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.DEVNULL)
        yield process
        process.kill()
        process.wait()

    @pytest.fixture
    def started(
        self, deploying: subprocess.Popen[bytes], tmp_path: Path, until: Callable[..., Any]
    ) -> list[psutil.Process]:
        """The command and what it has started."""
        pids = tmp_path / "pids"
        until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        return [psutil.Process(int(pid)) for pid in pids.read_text().split()]

    def test_it_ends_with_the_program_that_runs_it_however_that_ends(
        self, deploying: subprocess.Popen[bytes], started: list[psutil.Process]
    ) -> None:
        deploying.kill()
        assert psutil.wait_procs(started, timeout=10)[1] == []

    def test_it_ends_with_the_sandbox(
        self,
        sandbox: subprocess.Popen[bytes],
        deploying: subprocess.Popen[bytes],
        started: list[psutil.Process],
    ) -> None:
        sandbox.kill()
        sandbox.wait()
        assert psutil.wait_procs(started, timeout=10)[1] == []
        assert deploying.wait(10) == 1

    @pytest.mark.parametrize("code", [0, 3])
    def test_its_output_and_its_exit_code_pass_through(
        self, box: SandboxProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int
    ) -> None:
        monkeypatch.setattr(cdk, "_executable", lambda folder: sys.executable)
        seen: list[str] = []
        command = ["-c", f"import sys; print('said'); sys.exit({code})"]
        cli = cdk.CdkCli(box, "app", tmp_path, on_line=seen.append)
        if code == 0:
            assert cli._run(command, with_app=False) == "said\n"
        else:
            with pytest.raises(cdk.CdkError, match="said"):
                cli._run(command, with_app=False)
        assert seen == ["said"]
