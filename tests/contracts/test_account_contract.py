"""The sandbox behaves as an account does in which ``make verify-account`` was run.

The contract is that of the sandbox itself, or the one that the environment variable ACCOUNT_CONTRACT names:

    ACCOUNT_CONTRACT=account-contract.json python -m pytest tests/contracts/test_account_contract.py

Each fact is a test: those that fail are where the sandbox and the account differ. After a change of the sandbox that is
meant, write its contract anew:

    make verify-account SANDBOX=1 ARGS="--contract tests/contracts/sandbox-contract.json"
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from account_check.comparison import known_facts
from account_check.contract import Contract
from account_check.pace import SECRET_VARIABLE
from account_check.steps import STEPS
from sandbox.process.client import SandboxProcess

CONTRACT = Path(os.environ.get("ACCOUNT_CONTRACT") or Path(__file__).parent / "sandbox-contract.json")
EXPECTED = Contract.read(CONTRACT)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """A run of the program against a sandbox that goes on afterwards."""

    box: SandboxProcess
    exit_code: int
    output: str
    contract: Contract


def settings_of(contract: Contract) -> dict[str, Any]:
    """What the sandbox has a setting for, as the account has it."""
    run = contract.steps.run.facts if contract.steps.run else None
    found = run.events if run else []
    ended = [event for event in found if event.status == "Completed"]
    with_feature = {"Feature" in names for names in run.metrics.dimensions} if run else set()
    access = contract.steps.access.facts if contract.steps.access else None
    return {
        "bare_job_events": bool(ended) and not any(e.has_schedule_arn or e.has_exit_message for e in ended),
        "repeated_events": any(event.repeated for event in found),
        "feature_metric_dimensions": {(True,): "three", (False,): "two"}.get(tuple(with_feature), "both"),
        "model_monitor_closed": access is not None and access.verdict == "closed",
    }


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    file = tmp_path_factory.mktemp("contract") / "contract.json"
    command = [sys.executable, "-m", "account_check", "--yes", "--contract", str(file)]
    with SandboxProcess.start(**settings_of(EXPECTED)) as box:
        environment = box.environment() | {SECRET_VARIABLE: box.administration_secret}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=280
        )
        assert file.exists(), done.stdout + done.stderr
        yield Run(box, done.returncode, done.stdout + done.stderr, Contract.read(file))


def test_every_step_is_taken_and_none_fails(run: Run) -> None:
    statuses = {name: record.status for name, record in run.contract.steps.taken()}
    assert list(statuses) == [step.name for step in STEPS]
    assert "failed" not in statuses.values(), run.output
    assert run.exit_code == 0, run.output


def test_the_contract_hides_the_account(run: Run) -> None:
    assert run.contract.account == "********0000"
    assert run.box.account_id not in run.contract.model_dump_json()


def test_nothing_is_left(run: Run) -> None:
    client = run.box.client
    sagemaker = client("sagemaker")
    assert client("s3").list_buckets()["Buckets"] == []
    assert [role for role in client("iam").list_roles()["Roles"] if role["RoleName"].startswith("verify-")] == []
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert sagemaker.list_processing_jobs()["ProcessingJobSummaries"] == []
    for kind in ("data_quality", "model_bias", "model_explainability"):
        assert getattr(sagemaker, f"list_{kind}_job_definitions")()["JobDefinitionSummaries"] == []
    assert client("sns").list_topics()["Topics"] == []
    assert client("sqs").list_queues().get("QueueUrls", []) == []
    assert client("events").list_rules(NamePrefix="verify-")["Rules"] == []
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    keys = [client("kms").describe_key(KeyId=key["KeyId"]) for key in client("kms").list_keys()["Keys"]]
    assert {key["KeyMetadata"]["KeyState"] for key in keys if "verify" in key["KeyMetadata"]["Description"]} == {
        "PendingDeletion"
    }
    streams = client("logs").describe_log_streams(logGroupName="/aws/sagemaker/ProcessingJobs")["logStreams"]
    assert streams == []


@pytest.mark.parametrize("fact", known_facts(EXPECTED))
def test_the_sandbox_does_what_the_contract_says(run: Run, fact: str) -> None:
    assert known_facts(run.contract).get(fact) == known_facts(EXPECTED)[fact]
