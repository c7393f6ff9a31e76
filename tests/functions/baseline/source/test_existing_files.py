"""A baseline from files that exist: no job, a copy of its own."""

import pytest

from baseline.errors import BaselineError

SOURCE = {"files": {"statistics": "s3://data/statistics.json", "constraints": "s3://data/constraints.json"}}


@pytest.fixture
def file_properties(aws, suggest, properties):
    for name, content in suggest({"age": list(range(30)), "city": ["Rome", "Oslo"] * 15}).items():
        aws.put(f"s3://data/{name}", content)
    return lambda **changes: properties(Source=SOURCE, RoleArn=None, ImageUri=None, Compute=None, **changes)


def test_effective_files_are_made_without_a_job(aws, framework, file_properties):
    overrides = {"monitoring_config": {"distribution_constraints": {"comparison_threshold": 0.3}}}
    data = framework.create(file_properties(Overrides=overrides))
    assert aws.jobs == {}
    assert data["StatisticsUri"].startswith(f"s3://out/baselines/credit/files-{data['Fingerprint']}/effective-")
    config = aws.get_json(data["ConstraintsUri"])["monitoring_config"]
    assert config["distribution_constraints"]["comparison_threshold"] == 0.3
    assert aws.get(data["SuggestedConstraintsUri"]) == aws.get("s3://data/constraints.json")
    assert len(aws.metrics) == 1


def test_new_files_make_a_new_version(aws, framework, suggest, file_properties):
    first = framework.create(file_properties())
    aws.put("s3://data/statistics.json", suggest({"age": [1, 2], "city": ["Rome"]})["statistics.json"])
    assert framework.update(file_properties(Features=["age"]))["Fingerprint"] != first["Fingerprint"]


def test_rollback_works_when_the_originals_have_gone(aws, framework, file_properties):
    first = framework.create(file_properties())
    with pytest.raises(BaselineError, match="names 'x'"):
        framework.update(file_properties(Features=["x"]))
    del aws.objects["data", "statistics.json"]
    assert framework.update(file_properties()) == first


def test_going_over_to_files_stops_the_job_of_the_dataset(csv_baseline, framework, properties, file_properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    (job,) = csv_baseline.jobs.values()
    framework.update(file_properties())
    assert job["status"] == "Stopped"


@pytest.mark.parametrize("missing", ["statistics.json", "constraints.json"])
def test_a_missing_file_is_told(aws, framework, file_properties, missing):
    del aws.objects["data", missing]
    with pytest.raises(BaselineError, match="the baseline's source cannot be read"):
        framework.create(file_properties())


@pytest.mark.parametrize(
    ("content", "words"),
    [("<html>", "is not valid JSON"), ("[]", "holds a JSON list"), ('{"features": []}', "no list of named features")],
)
def test_a_file_of_another_kind_is_refused(aws, framework, file_properties, content, words):
    aws.put("s3://data/constraints.json", content)
    with pytest.raises(BaselineError, match=words):
        framework.create(file_properties())


def test_trouble_of_s3_is_not_taken_for_a_missing_file(aws, framework, file_properties):
    aws.fail("HeadObject", "SlowDown", status=503)
    framework.begin("Create", file_properties())
    assert framework.first == {"IsComplete": False}
    assert framework.finish()["ItemCount"] == "30"


def test_a_file_that_goes_away_during_the_deployment_is_told(aws, framework, file_properties):
    aws.fail("GetObject", "NoSuchKey", status=404, when=lambda params: params["Key"] == "statistics.json")
    with pytest.raises(BaselineError, match=r"s3://data/statistics.json does not exist"):
        framework.create(file_properties())
