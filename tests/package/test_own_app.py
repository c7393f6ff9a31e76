"""The README's own app: written outside the repository, deployed with the CLI and the sandbox that the README names."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.package.conftest import ROOT, run

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Use it in your own app\n")[2].partition("\n## ")[0]
# What a service writes whose customers have changed: incomes a tenth of what they were.
TRAFFIC = """
import sys
from datetime import datetime
from capture_writer import CaptureLayout, CaptureWriter, Payload
destination, moment = sys.argv[1], datetime.fromisoformat(sys.argv[2])
with CaptureWriter(destination, endpoint_name="credit", layout=CaptureLayout.BATCH_CSV) as writer:
    for number in range(400):
        applicant = Payload.csv([50 + number % 40, 3000 + number, 12, 0])
        writer.write(applicant, Payload.csv([0.5]), inference_id=str(number), inference_time=moment)
"""


def block(language: str, containing: str) -> str:
    """The only code block of the section in a language and with a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    (found,) = [text for text in blocks if containing in text]
    return str(found)


def test_the_command_line_that_the_readme_names_is_the_one_that_is_tested():
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]["aws-cdk"]
    sandbox_names = re.findall(r'"(2\.[\d.]+)"', (ROOT / "sandbox/process/cdk.py").read_text(encoding="utf-8"))
    assert set(re.findall(r"aws-cdk@([\d.]+)", README)) == {pinned} == set(sandbox_names)


@pytest.fixture(scope="module")
def app(newcomer: Path, shell: dict[str, str]) -> Path:
    """The newcomer's folder, with the files that the README shows, synthesised into `cdk.out`."""
    (newcomer / "app.py").write_text(block("python", "cdk.App()"), encoding="utf-8")
    (newcomer / "cdk.json").write_text(block("json", "app.py"), encoding="utf-8")
    shutil.copy(ROOT / "examples/served_elsewhere/training.csv", newcomer / "train.csv")
    run(["cdk", "synth", "--quiet"], cwd=newcomer, env=shell)
    return newcomer


def test_the_functions_of_an_installed_library_are_those_of_the_repository(app):
    manifest = json.loads((app / "cdk.out/CreditMonitoring.assets.json").read_text(encoding="utf-8"))
    folders = [
        app / "cdk.out" / asset["source"]["path"]
        for asset in manifest["files"].values()
        if asset["source"]["packaging"] == "zip"
    ]
    (ours,) = [folder for folder in folders if (folder / "results/handler.py").exists()]
    assert python_files(ours) == python_files(ROOT / "lambda")


def python_files(top: Path) -> dict[str, bytes]:
    return {str(file.relative_to(top)): file.read_bytes() for file in top.rglob("*.py")}


@pytest.mark.parametrize(
    "module", ["analyzer.__main__", "capture_writer", "model_monitor", "preprocessors.run", "sandbox.__main__"]
)
def test_each_part_is_imported_alone(module, newcomer, shell):
    run(["python", "-c", f"import {module}"], cwd=newcomer, env=shell)


@pytest.fixture
def sandbox(app: Path, shell: dict[str, str]) -> Iterator[dict[str, str]]:
    """What the sandbox of the newcomer's environment prints when it is up."""
    process = subprocess.Popen(
        ["python", "-m", "sandbox", "up", "--watch-stdin"],
        cwd=app,
        env=shell,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], 90)
        assert ready, "the sandbox did not start"
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.e2e
@pytest.mark.slow
def test_it_is_deployed_and_finds_drift(app, shell, sandbox):
    account = {
        "AWS_ENDPOINT_URL": sandbox["endpoint_url"],
        "AWS_REGION": sandbox["region"],
        "AWS_DEFAULT_REGION": sandbox["region"],
        "AWS_ACCESS_KEY_ID": sandbox["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": sandbox["secret_access_key"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    environment = shell | account
    ask = asker(sandbox["endpoint_url"], sandbox["administration_secret"])
    outputs = app / "outputs.json"
    cdk = ["cdk", "--app", "cdk.out"]
    run([*cdk, "bootstrap"], cwd=app, env=environment)
    run([*cdk, "deploy", "--require-approval", "never", "--outputs-file", outputs], cwd=app, env=environment)
    bucket = json.loads(outputs.read_text(encoding="utf-8"))["CreditMonitoring"]["TrafficBucket"]
    ask("clock", {"advance_seconds": 3600})  # the hour of the deployment is over
    run(["python", "-c", TRAFFIC, f"s3://{bucket}/capture", ask("clock")["now"]], cwd=app, env=environment)
    ask("clock", {"advance_seconds": 3600})
    message = wait_for(lambda: [mail for mail in ask("outbox") if "violation" in mail["subject"]])
    assert "income" in message[0]["body"]


def asker(endpoint_url: str, secret: str) -> Callable[..., Any]:
    def ask(name: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{endpoint_url}/_sandbox/{name}", data, {"X-Sandbox-Secret": secret})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    return ask


def wait_for(find: Callable[[], list[Any]], seconds: float = 60) -> list[Any]:
    end = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
    return found
