"""What somebody has muted for a while is neither counted nor told; all else is."""

from datetime import timedelta

import pytest

MUTES = "s3://out/registry/mutes/Credit-data-quality.json"
MEANS = {"drift": ["age", "dti"]}
STATISTICS = {
    "features": [
        {"name": name, "numerical_statistics": {"common": {"num_present": 9, "num_missing": 0}, "mean": 1.0}}
        for name in ("age", "dti")
    ]
}


@pytest.fixture
def mute(runs, aws):
    """Return a function that mutes something for the hour of the run, or for other hours."""

    def write(hours_ago=0, **what):
        since = runs.time(hours_ago)
        times = {"since": since.isoformat(), "until": (since + timedelta(hours=1)).isoformat()}
        aws.put(MUTES, {"mutes": [{**times, **what}]})

    return write


@pytest.fixture
def run(runs, two_violations):
    """Return a function that handles a run with two violations, which publishes drift, too."""

    def handle(status="CompletedWithViolations"):
        runs.register(metrics=MEANS)
        name = runs.add(status, violations=two_violations, files={"statistics.json": STATISTICS})
        return runs.handle(runs.event(name))

    return handle


def features(aws):
    return {
        dimension["Value"]
        for datum in aws.metrics
        for dimension in datum["Dimensions"]
        if dimension["Name"] == "Feature"
    }


def test_a_muted_feature_is_left_out_and_named(aws, metrics, mute, run):
    mute(feature="age")
    assert run() == {"handled": 1}

    assert metrics()["Violations"] == 1
    assert features(aws) == {"dti"}
    (message,) = aws.messages
    assert message["Subject"].startswith("credit-risk: 1 violation; worst: dti")
    assert "Muted, and neither counted nor listed: 1 violation of age." in message["Message"]
    assert len(aws.events) == 1, "programs hear of everything"


@pytest.mark.parametrize("status", ["CompletedWithViolations", "Failed"])
def test_of_a_muted_monitor_nothing_is_left_but_a_sign_of_life_and_the_event(aws, metrics, mute, run, status):
    mute()
    run(status)
    assert metrics() == {"Executions": 1}
    assert aws.messages == []
    assert len(aws.events) == 1


def test_a_muted_metric_gets_no_data_but_is_told(aws, metrics, mute, run):
    mute(metric="FeatureDrift", dimensions={"Feature": "age"})
    run()
    assert features(aws) == {"dti"}
    assert metrics()["Violations"] == 2
    assert "2 violations" in aws.messages[0]["Subject"]


@pytest.mark.parametrize("hours_ago", [1, -1])
def test_a_mute_of_other_hours_mutes_nothing(aws, metrics, mute, run, hours_ago):
    mute(hours_ago)
    run()
    assert metrics()["Violations"] == 2
    assert len(aws.messages) == 1


@pytest.mark.parametrize(
    "content", ["{", {}, {"mutes": [{}]}, {"mutes": [{"since": "2020-01-01", "until": "2099-01-01"}]}]
)
def test_a_document_that_cannot_be_read_mutes_nothing(aws, metrics, run, content):
    aws.put(MUTES, content)
    run()
    assert metrics()["Violations"] == 2
    assert len(aws.messages) == 1
