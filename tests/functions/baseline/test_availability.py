"""An account that Model Monitor is closed to hears of it before it pays for a job."""

import pytest

from baseline import availability
from baseline.errors import BaselineError

NAME = "credit-data-quality"
NOT_FOUND = ("ValidationException", 'Could not find monitoring job definition "credit-data-quality-probe"')
# What other services answer that were closed; Model Monitor's own words are not published.
CLOSED = [
    ("AccessDeniedException", "Amazon SageMaker Model Monitor is no longer available to new customers."),
    ("AccessDeniedException", "AWS OpsWorks Stacks is no longer accepting new customers"),
    ("ForbiddenException", "AWS RoboMaker is only available for existing customers."),
    ("ValidationException", "Model Monitor is not available for this account."),
    ("AccessDeniedException", "Your account is not authorized to invoke this API operation."),
]
OPEN = [
    NOT_FOUND,
    ("ResourceNotFound", "Job definition not found"),
    ("ResourceLimitExceeded", "The account-level service limit 'Number of schedules' is 0 Instances"),
    ("ValidationException", "1 validation error detected"),
]
# IAM: at first it may not know the policy of the role yet.
REFUSED = [
    (
        "AccessDeniedException",
        "User: x is not authorized to perform: sagemaker:CreateMonitoringSchedule on resource: y",
    ),
    (
        "AccessDeniedException",
        "... because no identity-based policy allows the sagemaker:CreateMonitoringSchedule action",
    ),
]


def asked(aws):
    return [params for operation, params in aws.calls if operation == "CreateMonitoringSchedule"]


@pytest.mark.parametrize("answer", CLOSED)
def test_a_closed_account_fails_before_a_job_is_started(csv_baseline, framework, properties, answer):
    csv_baseline.fail("CreateMonitoringSchedule", *answer)
    with pytest.raises(BaselineError) as caught:
        framework.create(properties(ScheduleName=NAME))
    assert answer[1] in str(caught.value)
    assert "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html" in str(caught.value)
    assert csv_baseline.jobs == {}
    assert csv_baseline.keys() == []
    # A marker of a deletion would keep CloudFormation from deleting the bucket again.
    assert csv_baseline.count("DeleteObject") == 0


@pytest.mark.parametrize("answer", OPEN)
def test_any_other_answer_is_that_of_an_open_account(csv_baseline, framework, properties, answer):
    csv_baseline.fail("CreateMonitoringSchedule", *answer)
    assert framework.create(properties(ScheduleName=NAME))["ItemCount"] == "40"
    assert len(asked(csv_baseline)) == 1


@pytest.mark.parametrize("refusal", REFUSED)
def test_a_closed_account_is_found_after_a_refusal_that_passes(csv_baseline, framework, properties, refusal):
    csv_baseline.fail("CreateMonitoringSchedule", *refusal, times=2)
    csv_baseline.fail("CreateMonitoringSchedule", *CLOSED[0])
    with pytest.raises(BaselineError, match="no longer available to new customers"):
        framework.create(properties(ScheduleName=NAME))
    assert csv_baseline.jobs == {}


@pytest.mark.parametrize("refusal", REFUSED)
def test_a_refusal_that_does_not_pass_is_that_of_an_open_account(csv_baseline, framework, properties, refusal):
    csv_baseline.fail("CreateMonitoringSchedule", *refusal)
    framework.age = 121
    assert framework.create(properties(ScheduleName=NAME))["ItemCount"] == "40"
    assert len(asked(csv_baseline)) == 1


def test_what_is_asked_for_cannot_be_made(csv_baseline, framework, properties):
    csv_baseline.fail("CreateMonitoringSchedule", *NOT_FOUND)
    framework.create(properties(ScheduleName="x" * 60))
    (request,) = asked(csv_baseline)
    assert request["MonitoringScheduleName"] == "x" * 57 + "-probe"
    assert request["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"] == "x" * 57 + "-probe"
    assert request["MonitoringScheduleConfig"]["MonitoringType"] == "DataQuality"


def test_an_update_does_not_ask_again(csv_baseline, framework, properties):
    csv_baseline.fail("CreateMonitoringSchedule", *NOT_FOUND)
    framework.create(properties(ScheduleName=NAME))
    framework.update(properties(ScheduleName=NAME, Environment={"A": "1"}))
    assert len(asked(csv_baseline)) == 1


def test_files_that_exist_cost_nothing_and_are_taken_without_asking(aws, framework, suggest, properties):
    for name, content in suggest({"age": [1, 2]}).items():
        aws.put(f"s3://data/{name}", content)
    files = {"files": {"statistics": "s3://data/statistics.json", "constraints": "s3://data/constraints.json"}}
    framework.create(properties(ScheduleName=NAME, Source=files))
    assert asked(aws) == []


def test_throttling_says_nothing_of_the_account(csv_baseline, framework, properties):
    csv_baseline.fail("CreateMonitoringSchedule", "ThrottlingException", "Rate exceeded")
    csv_baseline.fail("CreateMonitoringSchedule", *CLOSED[0])
    framework.begin("Create", properties(ScheduleName=NAME))
    assert framework.first == {"IsComplete": False}
    with pytest.raises(BaselineError, match="may not make monitoring schedules"):
        framework.finish()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(availability, "_DELETE_SECONDS", 0.0)


@pytest.mark.usefixtures("quick")
def test_a_schedule_that_is_made_after_all_is_deleted_as_soon_as_sagemaker_lets_go_of_it(
    csv_baseline, framework, properties
):
    csv_baseline.fail("DeleteMonitoringSchedule", "ValidationException", "is in status Pending", times=3)
    assert framework.create(properties(ScheduleName=NAME))["ItemCount"] == "40"
    assert csv_baseline.schedules == {}


@pytest.mark.usefixtures("quick")
def test_one_that_an_earlier_try_has_left_is_deleted(csv_baseline, framework, properties):
    csv_baseline.schedules[f"{NAME}-probe"] = {"status": "Scheduled"}
    csv_baseline.fail("CreateMonitoringSchedule", "ResourceInUse", "exists already")
    framework.create(properties(ScheduleName=NAME))
    assert csv_baseline.schedules == {}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("answer", [("AccessDeniedException", "no"), ("ValidationException", "is Pending")])
def test_one_that_cannot_be_deleted_does_not_fail_the_deployment(csv_baseline, framework, properties, answer):
    csv_baseline.fail("DeleteMonitoringSchedule", *answer, times=100)
    assert framework.create(properties(ScheduleName=NAME))["ItemCount"] == "40"
