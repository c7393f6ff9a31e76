"""The program as people use it; the whole run is in tests/contracts/test_account_contract.py."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from account_check import monitoring
from account_check.account import Account
from account_check.bench import Bench
from account_check.captured import data_file, write_drifted_captures
from account_check.contract import Contract
from account_check.ledger import Ledger
from account_check.pace import SandboxPace
from account_check.steps import STEPS
from sandbox.process.client import SandboxProcess

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def closed(box: SandboxProcess) -> Iterator[None]:
    box.change(model_monitor_closed=True)
    yield
    box.change(model_monitor_closed=False)


def left_in(box: SandboxProcess) -> list[str]:
    buckets = [bucket["Name"] for bucket in box.client("s3").list_buckets()["Buckets"]]
    roles = [role["RoleName"] for role in box.client("iam").list_roles()["Roles"]]
    schedules = box.client("sagemaker").list_monitoring_schedules()["MonitoringScheduleSummaries"]
    names = [*buckets, *roles, *(schedule["MonitoringScheduleName"] for schedule in schedules)]
    return [name for name in names if name.startswith("verify-account-")]


def test_steps_are_listed_with_time_cost_and_permissions(check: Check, contract_file: Path) -> None:
    code, said = check("--list")
    assert code == 0
    for step in STEPS:
        assert step.name in said
        assert step.needs in said
    assert not contract_file.exists()


def test_nothing_is_made_before_somebody_agrees(box: SandboxProcess, check: Check, contract_file: Path) -> None:
    code, said = check()
    assert code == 2
    assert "--yes" in said
    assert not contract_file.exists()
    assert left_in(box) == []


def test_a_contract_that_could_not_be_written_is_refused_first(check: Check, tmp_path: Path) -> None:
    code, said = check("--yes", "--contract", str(tmp_path / "missing" / "contract.json"))
    assert code == 2
    assert "there is no folder" in said


def test_one_step_can_be_chosen(check: Check, contract_file: Path) -> None:
    code, said = check("--yes", "--only", "access")
    assert code == 0, said
    contract = Contract.read(contract_file)
    assert [name for name, _ in contract.steps.taken()] == ["access"]
    assert contract.account == "********0000"


def test_the_account_is_shown_on_request(check: Check, contract_file: Path) -> None:
    check("--yes", "--only", "access", "--show-account")
    assert Contract.read(contract_file).account == "000000000000"


@pytest.mark.usefixtures("closed")
def test_a_closed_account_is_an_answer(box: SandboxProcess, check: Check, contract_file: Path) -> None:
    code, said = check("--yes", "--only", "access", "--only", "schedule", "--only", "run")
    assert code == 0, said
    steps = Contract.read(contract_file).steps
    assert steps.access is not None
    assert steps.access.facts is not None
    assert steps.access.facts.verdict == "closed"
    assert steps.run is not None
    assert steps.run.status == "not available"
    assert "no longer available to new customers" in str(steps.run.reason)
    assert left_in(box) == []


@pytest.mark.usefixtures("closed")
def test_that_it_is_closed_is_noticed_late_as_well(box: SandboxProcess, check: Check, contract_file: Path) -> None:
    code, said = check("--yes", "--only", "schedule", "--only", "stop")
    assert code == 0, said
    assert {record.status for _, record in Contract.read(contract_file).steps.taken()} == {"not available"}
    assert left_in(box) == []


def test_a_step_that_fails_is_reported_and_what_it_made_is_deleted(
    box: SandboxProcess, check: Check, contract_file: Path
) -> None:
    code, said = check("--yes", "--only", "baseline", "--instance-type", "no-such-type")
    assert code == 1, said
    record = Contract.read(contract_file).steps.baseline
    assert record is not None
    assert record.status == "failed"
    assert "no-such-type" in str(record.reason)
    assert "failed: baseline" in said
    assert left_in(box) == []


def test_what_is_to_be_kept_is_named(box: SandboxProcess, check: Check) -> None:
    code, said = check("--yes", "--only", "schedule", "--keep")
    assert code == 0, said
    kept = left_in(box)
    assert kept
    assert all(name in said for name in kept)
    s3, iam, sagemaker = (box.client(service) for service in ("s3", "iam", "sagemaker"))
    run = next(name for name in kept if name.count("-") == 2)
    assert s3.get_bucket_tagging(Bucket=run)["TagSet"] == [{"Key": "verify-account", "Value": run}]
    sagemaker.delete_data_quality_job_definition(JobDefinitionName=f"{run}-schedule")
    s3.delete_bucket(Bucket=run)
    iam.delete_role_policy(RoleName=f"{run}-job", PolicyName="job")
    iam.delete_role(RoleName=f"{run}-job")
    assert left_in(box) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_deletes_what_it_made(
    box: SandboxProcess,
    start: Callable[..., subprocess.Popen[str]],
    contract_file: Path,
    number: signal.Signals,
) -> None:
    process = start("--yes", "--only", "access", "--only", "run")
    sagemaker = box.client("sagemaker")
    end = time.monotonic() + 60
    while not sagemaker.list_processing_jobs()["ProcessingJobSummaries"]:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Interrupted" in said
    assert left_in(box) == []
    assert sagemaker.list_processing_jobs()["ProcessingJobSummaries"] == []
    # What was found before is not lost.
    assert [name for name, _ in Contract.read(contract_file).steps.taken()] == ["access"]


def test_a_wrong_secret_of_a_sandbox_is_explained(box: SandboxProcess) -> None:
    done = run_with(box, SANDBOX_SECRET="wrong")
    assert done.returncode == 2
    assert "no sandbox with this secret answers" in done.stdout


def test_missing_credentials_are_explained(box: SandboxProcess) -> None:
    done = run_with(box, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert done.returncode == 2
    assert "Sign in as you always do" in done.stdout


def run_with(box: SandboxProcess, **variables: str) -> subprocess.CompletedProcess[str]:

    environment: dict[str, Any] = {**box.environment(), **variables}
    command = [sys.executable, "-m", "account_check", "--yes", "--only", "access"]
    return subprocess.run(
        command, env={k: v for k, v in environment.items() if v}, capture_output=True, text=True, check=False
    )


def test_the_schema_is_that_of_contracts(check: Check) -> None:
    code, said = check("--schema")
    assert code == 0
    assert {"version", "account", "region", "time", "steps"} <= set(json.loads(said)["properties"])


def test_a_schedule_is_deleted_with_the_job_that_begins_meanwhile(
    box: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in box.environment().items():
        monkeypatch.setenv(name, value)
    account, pace = Account(), SandboxPace(box.endpoint_url, box.administration_secret)
    bench = Bench(account, pace, Ledger(), Ledger(), "ml.m5.large")
    source = monitoring.captured_batches(write_drifted_captures(bench, "late"))
    script = bench.put("slow.py", data_file("slow.py"))
    application = {"ImageUri": account.image_uri("analyzer"), "RecordPreprocessorSourceUri": script}
    definition = monitoring.make_definition(bench, "DataQuality", source, thing="late", application=application)
    request = monitoring.schedule_request(bench, "DataQuality", definition, thing="late", when=monitoring.NOW)
    monitoring.make_schedule(
        bench, request
    )  # Pending: its job, which takes a minute for a record, begins a moment later
    assert bench.ledger.delete_all() == []
    assert bench.shared.delete_all() == []
    assert left_in(box) == []
