"""The parts that need no sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from account_check.account import Account
from account_check.comparison import differences
from account_check.contract import Contract, ContractError, StepRecord, Steps
from account_check.events import event_facts, own
from account_check.facts import AccessFacts, ErrorFact, EventFact, compared
from account_check.ledger import Ledger
from account_check.pace import TooLateError, until
from account_check.steps import STEPS
from account_check.steps.access import verdict_of
from account_check.wording import Wording, masked

WORDING = Wording("111122223333", "eu-west-1", "aws")


class TestAccount:
    class Identity:
        """An STS that knows every caller."""

        @staticmethod
        def get_caller_identity() -> dict[str, str]:
            return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ann"}

    @pytest.mark.parametrize(("region", "chosen"), [("eu-west-1", "eu-west-1"), ("", "us-east-2"), (None, "us-east-2")])
    def test_the_region_is_the_one_that_the_cli_would_use(
        self, region: str | None, chosen: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Account, "client", lambda _account, _service: self.Identity)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-2")
        monkeypatch.delenv("AWS_REGION", raising=False)
        if region is not None:
            monkeypatch.setenv("AWS_REGION", region)
        assert Account().region == chosen


class StandingClock:
    """A clock that moves only when somebody waits for it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 31, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def contract(verdict: Any = "open", seconds: float = 1.0) -> Contract:
    record = StepRecord[AccessFacts](status="found", seconds=seconds, facts=AccessFacts(verdict=verdict))
    return Contract(
        account="********3333",
        region="eu-west-1",
        time=datetime(2026, 1, 31, tzinfo=UTC),
        endpoint="aws",
        instance_type="ml.m5.large",
        steps=Steps(access=record),
    )


@pytest.mark.parametrize(
    ("text", "general"),
    [
        (
            "arn:aws:sagemaker:eu-west-1:111122223333:monitoring-schedule/verify-account-0123456789-run not found",
            "arn:<partition>:sagemaker:<region>:<account>:monitoring-schedule/<run>-run not found",
        ),
        ("model-monitoring-202601312200-0123456789abcdef01234567", "model-monitoring-<yyyyMMddHHmm>-<24 hex>"),
        ("reports/2026/01/31/22/statistics.json", "reports/<yyyy/mm/dd/hh>/statistics.json"),
        ("from 2026-01-31T22:00:00Z on", "from <time> on"),
        ("0d88af2b-40a5-4475-a40a-54f3ddb30824.jsonl", "<uuid>.jsonl"),
        ("1111222233334 is no account", "1111222233334 is no account"),
    ],
)
def test_texts_lose_what_belongs_to_a_run_or_an_account(text: str, general: str) -> None:
    assert WORDING.general(text) == general


def test_only_the_end_of_an_account_number_is_shown() -> None:
    assert masked("111122223333") == "********3333"


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (ErrorFact(code="ResourceNotFound", message="Job definition not found"), "open"),
        (ErrorFact(code="ValidationException", message="Could not find it"), "open"),
        (ErrorFact(code="AccessDeniedException", message="no longer available to new customers"), "closed"),
        (ErrorFact(code="AccessDeniedException", message="User x is not authorized to perform: y"), "denied"),
        (ErrorFact(code="InternalFailure", message=""), "unknown"),
        (None, "open"),
    ],
)
def test_the_answer_tells_open_from_closed(error: ErrorFact | None, verdict: str) -> None:
    assert verdict_of(error) == verdict


def test_things_are_deleted_latest_first_and_what_stays_is_reported() -> None:
    ledger, deleted = Ledger(), []

    def refused() -> None:
        raise refusal("AccessDenied", "not for you")

    def gone() -> None:
        raise refusal("NoSuchEntity")

    def broken() -> None:
        raise KeyError("Status")

    ledger.add("a bucket", lambda: deleted.append("bucket"))
    ledger.add("a role", gone)
    ledger.add("a job", broken)
    ledger.add("a key", refused)
    ledger.add("a queue", lambda: deleted.append("queue"))
    left, second = ledger.delete_all()
    assert deleted == ["queue", "bucket"]
    assert left.startswith("a key: ")
    assert "not for you" in left
    assert second == "a job: 'Status'"
    assert len(ledger) == 0


def test_a_wait_ends_with_what_it_waited_for_or_in_time() -> None:
    clock = StandingClock()
    answers = iter([None, None, "done"])
    assert until(clock, lambda: next(answers), every=5, limit=timedelta(minutes=1), what="it") == "done"
    assert clock.time == datetime(2026, 1, 31, 0, 0, 10, tzinfo=UTC)
    with pytest.raises(TooLateError, match="the end did not happen within 2 minutes"):
        until(clock, lambda: None, every=5, limit=timedelta(minutes=2), what="the end")


def event(status: str, identifier: str, **detail: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "detail-type": "SageMaker Processing Job State Change",
        "detail": {"ProcessingJobStatus": status, "ProcessingJobName": "model-monitoring-1", **detail},
    }


def test_an_event_that_comes_twice_is_noticed() -> None:
    facts = event_facts(
        [
            event("InProgress", "1", LastModifiedTime=1),
            event("InProgress", "2", LastModifiedTime=2),
            event("Completed", "3", ExitMessage="Completed: fine"),
            event("Completed", "4", ExitMessage="Completed: fine"),
        ]
    )
    assert [(fact.status, fact.count, fact.repeated, fact.has_exit_message) for fact in facts] == [
        ("Completed", 2, True, True),
        ("InProgress", 2, False, False),
    ]
    assert all(isinstance(fact, EventFact) and not fact.has_schedule_arn for fact in facts)


def test_events_of_other_peoples_jobs_are_left_out() -> None:
    mine, other = event("Completed", "1"), event("Completed", "2") | {"detail": {"ProcessingJobName": "theirs"}}
    assert own([mine, other], "model-monitoring-1") == [mine]


def test_contracts_differ_in_facts_only() -> None:
    assert differences(contract(seconds=1), contract(seconds=2)) == []
    (found,) = differences(contract("open"), contract("closed"))
    assert str(found) == "access.verdict: expected 'open', got 'closed'"


def test_measured_facts_are_not_compared() -> None:
    fact = EventFact(
        detail_type="x", status="y", fields=[], has_schedule_arn=True, has_exit_message=True, count=3, repeated=False
    )
    assert "count" not in compared(fact)
    assert compared(fact)["repeated"] is False


def test_a_contract_is_read_as_it_was_written(tmp_path: Path) -> None:
    contract().write(tmp_path / "contract.json")
    assert Contract.read(tmp_path / "contract.json") == contract()


@pytest.mark.parametrize("text", ['{"version": 2}', "not JSON", "[]"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "contract.json"
    file.write_text(text)
    with pytest.raises(ContractError, match=r"is not a contract of version 1.*write it again"):
        Contract.read(file)


def test_every_step_has_a_place_in_the_contract() -> None:
    assert [step.name for step in STEPS] == list(Steps.model_fields)


def test_steps_cost_more_and_more() -> None:
    costs = [step.cost("ml.m5.large") or 0 for step in STEPS]
    assert [step.minutes for step in STEPS][3:] == sorted(step.minutes for step in STEPS)[3:]
    assert sum(costs) < 0.2
    assert STEPS[-1].cost("ml.unheard.of") is None
