"""Step ``access``: whether Model Monitor is open to the account, without making anything.

A schedule is asked for whose job definition does not exist. Where Model Monitor is open, that is what AWS complains
about. Which of the two is checked first where it is closed is not documented: step ``schedule`` is the proof.
"""

from __future__ import annotations

from typing import Literal

from account_check import monitoring
from account_check.bench import Bench
from account_check.facts import AccessFacts, ErrorFact, Facts
from account_check.step import Step

_MISSING_DEFINITION = ("ResourceNotFound", "ValidationException")
_LACKS_PERMISSION = "is not authorized to perform"
_DENIED = ("AccessDenied", "AccessDeniedException")


def _take(bench: Bench) -> AccessFacts:
    sagemaker = bench.account.client("sagemaker")
    name = bench.named("probe")
    # It is refused. Should it not be, then it has to go.
    bench.ledger.add(f"schedule {name}", lambda: monitoring.remove_schedule(bench, name))
    error = bench.error_of(
        lambda: sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": bench.named("missing"),
                "MonitoringType": "DataQuality",
                "ScheduleConfig": {"ScheduleExpression": "cron(0 0 ? * * *)"},
            },
            Tags=bench.tags,
        )
    )
    return AccessFacts(verdict=verdict_of(error), error=error)


def verdict_of(error: ErrorFact | None) -> Literal["open", "closed", "denied", "unknown"]:
    """Return what the answer to a request for a schedule says about the account."""
    if error is None or error.code in _MISSING_DEFINITION:
        return "open"
    if error.code in _DENIED:
        return "denied" if _LACKS_PERMISSION in error.message else "closed"
    return "unknown"


def _summary(facts: Facts) -> str:
    assert isinstance(facts, AccessFacts)
    words = {
        "open": "open, as far as can be told without making a schedule",
        "closed": "closed to this account",
        "denied": "you may not make schedules: ask for sagemaker:CreateMonitoringSchedule",
        "unknown": "an answer that nobody has seen before",
    }
    return words[facts.verdict] + (f" ({facts.error.code}: {facts.error.message})" if facts.error else "")


STEP = Step(
    name="access",
    finds_out="whether Model Monitor is open to the account, with AWS's own words",
    needs="sagemaker:CreateMonitoringSchedule",
    take=_take,
    summary=_summary,
    minutes=0.1,
)
