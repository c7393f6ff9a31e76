"""Rollback and Delete: they work whatever is gone, and never leave a job running."""

import pytest

from baseline.errors import BaselineError


def running_jobs(aws):
    return [name for name, job in aws.jobs.items() if job["status"] in ("InProgress", "Stopping")]


def test_rollback_finds_the_old_baseline_even_when_the_data_have_gone(csv_baseline, framework, properties):
    first = framework.create(properties())
    csv_baseline.put("s3://data/train.csv", "age,married,city\n1,2,3\n")
    csv_baseline.run_job = lambda request: "bad data"
    with pytest.raises(BaselineError, match="bad data"):
        framework.update(properties(MaxRuntimeInSeconds=1800))

    del csv_baseline.objects["data", "train.csv"]
    jobs = csv_baseline.count("CreateProcessingJob")
    rolled_back = framework.update(properties())
    assert rolled_back == first
    assert csv_baseline.count("CreateProcessingJob") == jobs


def test_rollback_during_the_job_stops_it_before_it_goes_on(csv_baseline, framework, properties):
    first = framework.create(properties())
    csv_baseline.polls_until_done = 100
    csv_baseline.put("s3://data/train.csv", "age,married,city\n1,2,3\n")
    framework.begin("Update", properties(MaxRuntimeInSeconds=1800))
    assert len(running_jobs(csv_baseline)) == 1

    framework.begin("Update", properties())
    assert framework.poll() == {"IsComplete": False}
    assert framework.finish() == first
    assert running_jobs(csv_baseline) == []
    assert "baselines/credit/running.json" not in set(csv_baseline.keys())


def test_rollback_after_something_else_failed_works_when_the_data_have_gone(csv_baseline, framework, properties):
    first = framework.create(properties())
    framework.update(properties(MaxRuntimeInSeconds=1800))
    del csv_baseline.objects["data", "train.csv"]
    assert framework.update(properties()) == first
    with pytest.raises(BaselineError, match="dataset not found"):
        framework.update(properties(MaxRuntimeInSeconds=60))


def test_going_back_to_earlier_properties_looks_at_the_data_again(csv_baseline, framework, properties):
    first = framework.create(properties())
    framework.update(properties(MaxRuntimeInSeconds=1800))
    csv_baseline.put("s3://data/train.csv", "age,married,city\n1,2,3\n")
    third = framework.update(properties())
    assert third["Fingerprint"] != first["Fingerprint"]


def test_an_update_waits_for_the_job_that_it_follows_on(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 3
    framework.begin("Create", properties())
    (old,) = csv_baseline.jobs
    framework.begin("Update", properties(Environment={"A": "1"}))
    assert list(csv_baseline.jobs) == [old]
    framework.finish()
    assert csv_baseline.jobs[old]["status"] == "Stopped"
    assert len(csv_baseline.jobs) == 2


def test_a_new_output_location_stops_the_job_of_the_old_one(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 3
    framework.begin("Create", properties())
    (old,) = csv_baseline.jobs
    data = framework.update(properties(OutputUri="s3://out/elsewhere"))
    assert csv_baseline.jobs[old]["status"] == "Stopping"
    assert data["StatisticsUri"].startswith("s3://out/elsewhere/")


def test_delete_of_a_half_made_creation_works_from_the_properties(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    framework.physical_id = "an id that CloudFormation made up"
    framework.delete()
    assert running_jobs(csv_baseline) == []


@pytest.mark.parametrize("output", ["s3://gone/prefix", "nonsense", None])
def test_delete_works_whatever_the_properties_say(csv_baseline, framework, properties, output):
    framework.physical_id = "credit-1"
    framework.properties = properties(OutputUri=output, Source="{broken")
    assert framework.delete() == {}


@pytest.mark.parametrize("operation", ["GetObject", "DescribeProcessingJob", "StopProcessingJob"])
def test_delete_never_fails_for_lack_of_access(csv_baseline, framework, properties, operation):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    csv_baseline.fail(operation, "AccessDenied", "no", status=403, times=100)
    assert framework.delete() == {}


def test_delete_waits_out_throttling(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    csv_baseline.fail("StopProcessingJob", "ThrottlingException", "Rate exceeded", times=2)
    framework.delete()
    assert running_jobs(csv_baseline) == []


def test_delete_of_a_job_that_ends_by_itself_meanwhile(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    csv_baseline.fail("StopProcessingJob", "ValidationException", "The job is in status Completed")
    framework.begin("Delete", framework.properties)
    (job,) = csv_baseline.jobs.values()
    job["status"] = "Completed"
    assert framework.poll() == {"IsComplete": True}


def test_delete_of_a_job_that_is_gone(csv_baseline, framework, properties):
    framework.begin("Create", properties())
    csv_baseline.jobs.clear()
    assert framework.delete() == {}
    assert csv_baseline.keys() == []


def test_data_overwritten_in_place_get_a_new_baseline_with_a_new_version(csv_baseline, framework, properties):
    first = framework.create(properties(SourceVersion="1"))
    assert framework.update(properties(SourceVersion="2")) == first, "equal data: no job, no other baseline"
    assert csv_baseline.count("CreateProcessingJob") == 1

    csv_baseline.put("s3://data/train.csv", "age,married,city\n" + "".join(f"{age},0,Rome\n" for age in range(30)))
    second = framework.update(properties(SourceVersion="3"))
    assert second["Fingerprint"] != first["Fingerprint"]
    assert csv_baseline.count("CreateProcessingJob") == 2
    notes = [
        csv_baseline.get_json(f"s3://out/baselines/credit/{made['Fingerprint']}/source.json")
        for made in (first, second)
    ]
    assert [list(note["objects"]) for note in notes] == [["s3://data/train.csv"]] * 2
    assert notes[0]["objects"] != notes[1]["objects"]
    assert notes[0]["source"] == {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": True}}}}
