"""A baseline that is named by its job: executions wait for that job and take its files."""

from typing import Any


def test_an_execution_waits_for_the_baselining_job(world: Any, endpoint: str) -> None:
    request = world.job()
    name = request["ProcessingJobName"]
    baseline = {"BaseliningJobName": name}
    definition = world.make_definition(endpoint, DataQualityBaselineConfig=baseline)
    world.sagemaker.create_processing_job(**request)
    world.invoke(endpoint)
    schedule = world.make_schedule(definition, "NOW", DataAnalysisStartTime="-PT1H", DataAnalysisEndTime="-PT0H")
    world.box.wait_until_idle()
    (execution,) = world.executions(schedule)
    job = world.job_of(execution)
    assert job["ProcessingStartTime"] >= world.finished(name)["ProcessingEndTime"]
    sources = {item["InputName"]: item["S3Input"]["S3Uri"] for item in job["ProcessingInputs"]}
    assert sources["constraints"] == f"s3://{world.bucket}/baseline/constraints.json"
    assert sources["baseline"] == f"s3://{world.bucket}/baseline/statistics.json"


def test_a_baselining_job_that_failed_or_never_was_fails_the_execution(world: Any, endpoint: str) -> None:
    failed = world.run_job(AppSpecification={"ImageUri": "unknown"})["ProcessingJobName"]
    for name, reason in ((failed, "has the status Failed"), ("never-was", "does not exist")):
        definition = world.make_definition(endpoint, DataQualityBaselineConfig={"BaseliningJobName": name})
        schedule = world.make_schedule(definition, "NOW", DataAnalysisStartTime="-PT1H", DataAnalysisEndTime="-PT0H")
        world.box.wait_until_idle()
        (execution,) = world.executions(schedule)
        assert execution["FailureReason"] == f"the baselining job {name} {reason}"
