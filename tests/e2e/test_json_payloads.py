"""The example `json_payloads`: an endpoint that is sent nested JSON lines. The tests build on each other."""

from __future__ import annotations

import json
import random

import pytest

from examples.json_payloads import app

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REQUESTS, ROWS = 20, 25


def applications(count, *, seed, months=1):
    """Requests as clients send them, whose members come in any order; `months` is what a partner's income covers."""
    source = random.Random(seed)
    for _ in range(count):
        income = {
            "monthly": round(source.lognormvariate(7.6, 0.4), 2),
            "partner": round(source.lognormvariate(7.2, 0.5) * months, 2),
        }
        loan = {"amount": round(source.lognormvariate(8.6, 0.5), 2), "purpose": source.choice(["car", "home", "study"])}
        applicant = {"home": source.choice(["own", "rent", "rent"]), "income": shuffled(income, source)}
        yield shuffled({"applicant": shuffled(applicant, source), "loan": shuffled(loan, source)}, source)


def shuffled(members, source):
    return dict(source.sample(list(members.items()), len(members)))


@pytest.fixture(scope="module")
def deployed(account):
    account.deploy_stack(lambda scope, env: app.JsonMonitoring(scope, "JsonMonitoring", env=env))
    yield account
    account.destroy()


def send(account, **traffic):
    rows = [json.dumps(row) for row in applications(REQUESTS * ROWS, **traffic)]
    runtime, answers = account.box.client("sagemaker-runtime"), []
    for first in range(0, len(rows), ROWS):
        answer = runtime.invoke_endpoint(
            EndpointName=app.ENDPOINT,
            ContentType="application/jsonlines",
            Body="\n".join(rows[first : first + ROWS]),
        )
        answers += answer["Body"].read().decode().splitlines()
    assert all(0 < json.loads(answer)["score"] < 1 for answer in answers)
    assert len(answers) == len(rows)


def report(account, name):
    """A file of the newest run's report."""
    s3, (bucket, _, prefix) = account.box.client("s3"), account.outputs["Reports"].removeprefix("s3://").partition("/")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    keys = sorted(item["Key"] for item in found if item["Key"].endswith(f"/{name}"))
    return json.loads(account.read(f"s3://{bucket}/{keys[-1]}"))


def test_clean_traffic_stays_quiet_and_every_row_is_flat_columns(deployed):
    before = len(deployed.box.outbox())
    send(deployed, seed=72)

    assert deployed.next_run(endpoint=app.ENDPOINT)["MonitoringExecutionStatus"] == "Completed"
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"
    assert deployed.box.outbox()[before:] == []
    statistics = report(deployed, "statistics.json")
    assert {feature["name"] for feature in statistics["features"]} == set(app.COLUMNS)
    assert statistics["dataset"]["item_count"] == REQUESTS * ROWS


def test_a_nested_member_that_drifts_is_found_by_its_flat_name(deployed, eventually):
    before = len(deployed.box.outbox())
    send(deployed, seed=73, months=3)  # partners' incomes are sent per quarter

    assert deployed.next_run(endpoint=app.ENDPOINT)["MonitoringExecutionStatus"] == "CompletedWithViolations"
    violations = report(deployed, "constraint_violations.json")["violations"]
    assert {violation["feature_name"] for violation in violations} == {"applicant_income_partner", "score"}
    deployed.wait_for_alarm("DriftAlarm", "ALARM", eventually)
    message = deployed.message_about_violations(before, eventually)
    assert "applicant_income_partner" in message["body"]
    assert "loan_amount" not in message["body"]
