"""Step ``quotas``: how much the account may run."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from account_check.bench import Bench
from account_check.facts import Facts, QuotaFacts
from account_check.step import NotAvailableError, Step

_OF_PROCESSING = "processing job"
_OF_MONITORING = "monitoring"


def _take(bench: Bench) -> QuotaFacts:
    pages = bench.account.client("sagemaker").get_paginator("list_monitoring_schedules").paginate()
    facts = QuotaFacts(schedules=sum(len(page["MonitoringScheduleSummaries"]) for page in pages), processing={})
    bench.say("reading the quotas of SageMaker")
    try:
        pages = bench.account.client("service-quotas").get_paginator("list_service_quotas")
        quotas = [quota for page in pages.paginate(ServiceCode="sagemaker") for quota in page["Quotas"]]
    except ClientError as error:
        fact = bench.account.wording.error(error)
        raise NotAvailableError(f"ListServiceQuotas: {fact.code} {fact.message}".rstrip(), facts) from error
    except BotoCoreError as error:
        raise NotAvailableError(str(error), facts) from error
    return facts.model_copy(update={"processing": {q["QuotaName"]: float(q["Value"]) for q in quotas if _counts(q)}})


def _counts(quota: dict[str, Any]) -> bool:
    name = quota["QuotaName"].lower()
    return _OF_PROCESSING in name or _OF_MONITORING in name


def _summary(facts: Facts) -> str:
    assert isinstance(facts, QuotaFacts)
    usable = sum(value > 0 for value in facts.processing.values())
    return f"{facts.schedules} schedules exist; {usable} of {len(facts.processing)} quotas are above 0"


STEP = Step(
    name="quotas",
    finds_out="quotas of processing jobs; how many schedules there are",
    needs="sagemaker:ListMonitoringSchedules, servicequotas:ListServiceQuotas",
    take=_take,
    summary=_summary,
    minutes=0.2,
)
