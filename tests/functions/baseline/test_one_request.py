"""What is kept from poll to poll of one request, and what happens when it takes too long."""

import pytest

from baseline.errors import BaselineError

NEW_DATA = "age,married,city\n1,1,Oslo\n"
LATE = 52 * 60 + 1


def note(aws):
    return aws.get_json("s3://out/baselines/credit/running.json")


def test_a_request_is_accepted_without_a_call_to_aws(csv_baseline, framework, properties):
    framework.begin("Create", properties())
    calls = len(csv_baseline.calls)
    framework.accept({key: value for key, value in framework.event.items() if key not in ("Started", "Deadline")})
    assert len(csv_baseline.calls) == calls


def test_data_that_change_meanwhile_do_not_change_the_version(csv_baseline, framework, properties):
    framework.begin("Create", properties())
    begun = note(csv_baseline)["fingerprint"]
    csv_baseline.put("s3://data/train.csv", NEW_DATA)
    data = framework.finish()
    assert data["Fingerprint"] == begun
    assert csv_baseline.count("CreateProcessingJob") == 1


def test_an_answer_that_is_lost_is_given_again_whatever_has_become_of_the_data(csv_baseline, framework, properties):
    data = framework.create(properties())
    csv_baseline.put("s3://data/train.csv", NEW_DATA)
    assert framework.poll()["Data"] == data
    assert csv_baseline.count("CreateProcessingJob") == 1


def test_a_request_that_has_ended_leaves_no_note(csv_baseline, framework, properties):
    framework.create(properties())
    assert "baselines/credit/running.json" not in set(csv_baseline.keys())


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject", "HeadObject", "PutObject", "CreateProcessingJob"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_fresh_role_may_be_refused_at_every_step(csv_baseline, framework, properties, operation, times):
    csv_baseline.fail(operation, "AccessDenied", "is not authorized to perform", status=403, times=times)
    assert framework.create(properties())["ItemCount"] == "40"
    assert csv_baseline.count("CreateProcessingJob") == 1 + times * (operation == "CreateProcessingJob")


def test_a_job_role_that_cannot_be_assumed_yet_is_waited_for(csv_baseline, framework, properties):
    words = "Could not assume role arn:aws:iam::111122223333:role/job. Please ensure that the role exists"
    csv_baseline.fail("CreateProcessingJob", "ValidationException", words, times=2)
    assert framework.create(properties())["ItemCount"] == "40"


def test_a_rollback_does_not_take_a_refusal_for_data_that_have_gone(csv_baseline, framework, properties):
    framework.create(properties())
    framework.update(properties(MaxRuntimeInSeconds=1800))
    csv_baseline.put("s3://data/train.csv", NEW_DATA)
    csv_baseline.fail("ListObjectsV2", "AccessDenied", "not yet", status=403)
    changed = framework.update(properties())
    assert changed["ItemCount"] == "40"
    assert csv_baseline.count("CreateProcessingJob") == 2, "the new data were looked at, and needed a job"


def test_a_job_that_passes_the_deadline_is_stopped_and_named(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    (job,) = csv_baseline.jobs
    framework.event["Deadline"] -= LATE
    with pytest.raises(BaselineError, match=f"the baseline job {job} had not ended 52 minutes after .* was stopped"):
        framework.poll()
    assert csv_baseline.jobs[job]["status"] == "Stopping"
    framework.delete()
    assert csv_baseline.jobs[job]["status"] == "Stopped"
    assert csv_baseline.keys() == []


def test_a_rollback_after_the_deadline_waits_for_the_job_that_was_stopped(csv_baseline, framework, properties):
    first = framework.create(properties())
    csv_baseline.polls_until_done = 100
    framework.begin("Update", properties(Environment={"A": "1"}))
    framework.event["Deadline"] -= LATE
    with pytest.raises(BaselineError, match="was stopped"):
        framework.poll()
    assert framework.update(properties()) == first
    assert {job["status"] for job in csv_baseline.jobs.values()} == {"Completed", "Stopped"}


def test_a_request_that_could_not_be_begun_says_so(csv_baseline, framework, properties):
    framework.age = LATE
    csv_baseline.fail("ListObjectsV2", "SlowDown", status=503, times=100)
    with pytest.raises(BaselineError, match="could not be begun within 52 minutes"):
        framework.create(properties())


def test_a_deletion_that_takes_too_long_says_what_it_waits_for(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    framework.age = LATE
    with pytest.raises(BaselineError, match="a baseline job below s3://out/baselines/credit is still being stopped"):
        framework.begin("Delete", properties())


def test_a_job_that_cannot_be_stopped_at_the_deadline_is_named_for_people_to_stop(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    framework.event["Deadline"] -= LATE
    csv_baseline.fail("StopProcessingJob", "AccessDeniedException", "User x is not authorized", times=9)
    with pytest.raises(BaselineError, match=r"could not be stopped \(User x is not authorized; stop it"):
        framework.poll()
