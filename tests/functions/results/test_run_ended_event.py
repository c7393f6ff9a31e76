"""Our own event about the end of a run, held against the schema and the page that describe it."""

import json
import re
import typing
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, strategies as st

from results import event as run_event
from results.executions import Execution, Outcome
from results.monitor import parse_monitor
from results.report import Report
from run_report.violations import by_severity, parse_violation
from shared.s3 import S3Uri

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "monitoring-run-ended.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(SCHEMA)
VALID = jsonschema.Draft202012Validator(SCHEMA)
MONITOR = parse_monitor(
    {
        "schedule": "credit",
        "type": "DataQuality",
        "title": "endpoint credit-risk",
        "reports": "s3://out/reports",
        "registered": "2026-11-21T03:00:00Z",
    }
)


@pytest.fixture
def sent(aws):
    """Return a function that gives the details of the sent events, all of which are as their schema says."""

    def read():
        details = [json.loads(event["Detail"]) for event in aws.events]
        for event, detail in zip(aws.events, details, strict=True):
            VALID.validate(detail)
            assert (event["Source"], event["DetailType"]) == ("model-monitoring", "Monitoring Run Ended")
            assert "EventBusName" not in event
        return details

    return read


def test_a_run_with_violations(runs, aws, sent, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    runs.handle(runs.event(name))
    hour = f"{runs.time():%Y-%m-%dT%H:%M:%SZ}"
    assert sent() == [
        {
            "version": "1",
            "id": f"Credit-data-quality/{hour}",
            "status": "CompletedWithViolations",
            "monitoringScheduleName": "Credit-data-quality",
            "monitoringType": "DataQuality",
            "endpointName": "credit-risk",
            "oneTime": False,
            "scheduledTime": hour,
            "window": {"start": f"{runs.time(1):%Y-%m-%dT%H:%M:%SZ}", "end": hour},
            "violations": 2,
            "findings": [
                {
                    "feature": "age",
                    "check": "baseline_drift_check",
                    "value": "0.25",
                    "limit": "0.1",
                    "description": "Baseline drift distance: 0.25 exceeds threshold: 0.1",
                },
                {
                    "feature": "dti",
                    "check": "completeness_check",
                    "value": "96.88 %",
                    "limit": "100 %",
                    "description": "Data completeness requirement is not met. Expected: 100.0%. "
                    "Observed: Only 96.875%.",
                },
            ],
            "reportUri": f"s3://out/reports/credit-risk/Credit-data-quality/{runs.time():%Y/%m/%d/%H}",
            "processingJobName": name,
        }
    ]
    arn = "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/credit-data-quality"
    assert aws.events[0]["Resources"] == [arn]


@pytest.mark.parametrize(
    ("run", "status", "reason"),
    [
        ({"status": "Completed"}, "Completed", None),
        ({"status": "Failed", "reason": "AlgorithmError"}, "Failed", "AlgorithmError"),
        ({"status": "Failed", "reason": "no quota", "has_job": False}, "Failed", "no quota"),
        ({"status": "Failed", "has_job": False}, "Failed", None),
        ({"status": "Stopped"}, "Stopped", "the processing job was stopped, by a person or by a deployment"),
        ({"status": "Stopped", "has_job": False}, "Stopped", None),
        (
            {"status": "Failed", "reason": "Job inputs had no data", "has_job": False},
            "NoData",
            "Job inputs had no data",
        ),
        ({"status": "CompletedWithViolations"}, "CompletedWithViolations", None),
    ],
)
def test_the_sweep_sends_an_event_for_every_run_that_has_ended(*, runs, sent, run, status, reason):
    runs.add(**run)
    runs.handle({"sweep": True})
    runs.handle({"sweep": True})
    (detail,) = sent()
    assert detail["status"] == status
    assert ("processingJobName" in detail) == run.get("has_job", True)
    assert ("reportUri" in detail) == status.startswith("Completed")
    assert detail.get("failureReason", "").startswith(reason or "")
    assert ("failureReason" in detail) == (reason is not None)


def test_a_one_time_run_has_its_name_beside_that_of_the_monitor(runs, aws, sent):
    run = "Credit-data-quality-run-20261121030000"
    name = runs.add("Completed")
    arn = f"arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/{run.lower()}"
    runs.handle(runs.event(name, MonitoringScheduleArn=arn))
    (detail,) = sent()
    assert (detail["monitoringScheduleName"], detail["oneTime"]) == ("Credit-data-quality", True)
    assert detail["runName"] == run
    assert detail["id"].startswith(f"{run}/")
    assert aws.events[0]["Resources"] == [arn]


def test_a_model_that_sagemaker_does_not_serve(runs, sent):
    runs.register(endpoint=None, model="cr\u00e9dit", title="model cr\u00e9dit")
    runs.handle(runs.event(runs.add("Completed")))
    (detail,) = sent()
    assert detail["modelName"] == "cr\u00e9dit"
    assert "endpointName" not in detail


def test_an_event_that_eventbridge_refuses_is_sent_by_the_retry(runs, aws, sent, monkeypatch):
    event = runs.event(runs.add("Completed"))
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}]}
    monkeypatch.setattr(aws, "PutEvents", lambda **_: refused)
    with pytest.raises(run_event.EventError, match="refused the event: ThrottlingException slow down"):
        runs.handle(event)
    monkeypatch.undo()
    assert sent() == []


def test_a_refused_event_goes_out_with_the_next_call(runs, aws, sent, metrics, two_violations):
    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    aws.fail("PutEvents", "AccessDeniedException", "no")
    with pytest.raises(Exception, match="AccessDeniedException"):
        runs.handle(event)
    assert (len(aws.messages), metrics()["Executions"]) == (1, 1)
    runs.handle({"sweep": True})
    assert len(sent()) == 1
    assert (len(aws.messages), metrics()["Executions"]) == (1, 1)


def test_a_message_that_cannot_be_sent_does_not_keep_the_event_back(runs, aws, sent, two_violations):
    aws.fail("Publish", "AuthorizationError", "may not publish")
    with pytest.raises(Exception, match="AuthorizationError"):
        runs.handle(runs.event(runs.add("CompletedWithViolations", violations=two_violations)))
    assert len(sent()) == 1


def execution(outcome=Outcome.VIOLATIONS, **changes):
    time = datetime(2026, 11, 21, 3, tzinfo=UTC)
    job = {"ProcessingJobName": "model-monitoring-1", "ProcessingJobStatus": "Completed"}
    return Execution(MONITOR, time, outcome, changes.get("reason"), job)


def detail_of(findings, **changes):
    found = tuple(by_severity([parse_violation(finding) for finding in findings]))
    report = Report(S3Uri("out", "reports"), found, max(len(found), 1), changes.pop("problem", None))
    text = run_event.detail_text(run_event.run_detail(execution(**changes), report))
    assert text.isascii()
    assert len(text) < 200_001
    detail = json.loads(text)
    VALID.validate(detail)
    return detail


@given(
    st.lists(
        st.fixed_dictionaries(
            {"feature_name": st.text(), "constraint_check_type": st.text(), "description": st.text()}
        ),
        max_size=5,
    )
)
def test_whatever_a_report_says_the_event_is_valid(findings):
    assert len(detail_of(findings)["findings"]) == len(findings)


def test_of_many_findings_the_most_severe_are_sent():
    drift = [
        {
            "feature_name": f"f{number:03}",
            "constraint_check_type": "baseline_drift_check",
            "description": f"distance: {number / 10} exceeds threshold: 0.1",
        }
        for number in range(2, 100)
    ]
    detail = detail_of(drift)
    assert detail["violations"] == 98
    assert [finding["feature"] for finding in detail["findings"]] == [f"f{number:03}" for number in range(99, 49, -1)]


def test_findings_that_do_not_fit_are_left_out():
    """A character beyond the basic plane takes twelve bytes as JSON."""
    huge = [
        {"feature_name": "\U0001f600" * 5000, "constraint_check_type": f"c{number}", "description": "\U0001f600" * 5000}
        for number in range(50)
    ]
    detail = detail_of(huge)
    assert detail["violations"] == 50
    assert 5 <= len(detail["findings"]) < 20
    assert all(len(finding["feature"]) == 1000 and "..." in finding["feature"] for finding in detail["findings"])


def test_half_characters_and_long_reasons_do_no_harm():
    detail_of([{"feature_name": "\ud800", "description": "\udfff"}], problem="\ud800" * 3000)
    assert len(detail_of([], problem="x" * 3000)["reportProblem"]) == 1000


def test_the_page_shows_a_valid_event_and_names_every_field():
    page = (DOCS / "events.md").read_text()
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    shown, *patterns = examples
    VALID.validate(shown["detail"])
    assert (shown["source"], shown["detail-type"]) == (run_event.SOURCE, run_event.DETAIL_TYPE)
    for pattern in patterns:
        assert (pattern["source"], pattern["detail-type"]) == ([run_event.SOURCE], [run_event.DETAIL_TYPE])
        assert set(pattern["detail"]) <= set(SCHEMA["properties"])
    table = page[page.index("| field |") : page.index("Times are UTC")]
    assert {name for name in SCHEMA["properties"] if f"| `{name}` |" not in table} == set()


def test_the_schema_and_the_types_of_the_function_have_the_same_fields():
    assert set(SCHEMA["properties"]) == set(run_event.RunDetail.__annotations__)
    hints = typing.get_type_hints(run_event.RunDetail, include_extras=True)
    optional = {name for name, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}
    assert set(SCHEMA["properties"]) - set(SCHEMA["required"]) == optional
    finding = SCHEMA["properties"]["findings"]["items"]
    assert set(finding["properties"]) == set(run_event.FindingDetail.__annotations__)
    assert set(finding["required"]) == {*finding["properties"]} - {"examples"}
    assert SCHEMA["properties"]["status"]["enum"] == [outcome.value for outcome in Outcome]
