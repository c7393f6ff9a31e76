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


def of_code(runs, **what):
    hour = {"since": runs.time().isoformat(), "until": (runs.time() + timedelta(hours=1)).isoformat()}
    return [{**hour, **what}]


@pytest.fixture
def run_with(runs, two_violations):
    """Return a function that handles a run with two violations of a monitor whose code mutes something."""

    def handle(mutes):
        runs.register(metrics=MEANS, mutes=mutes)
        name = runs.add("CompletedWithViolations", violations=two_violations, files={"statistics.json": STATISTICS})
        return runs.handle(runs.event(name))

    return handle


def test_what_the_code_mutes_is_muted_beside_what_people_mute(runs, aws, metrics, mute, run_with):
    mute(feature="dti")
    run_with(of_code(runs, metric="FeatureDrift", dimensions={"Feature": "age"}))
    assert features(aws) == set()
    assert metrics()["Violations"] == 1
    assert aws.messages[0]["Subject"].startswith("credit-risk: 1 violation; worst: age")


def test_a_mute_of_the_code_may_have_no_beginning(runs, aws, metrics, run_with):
    run_with([{"until": (runs.time() + timedelta(hours=1)).isoformat()}])
    assert metrics() == {"Executions": 1}
    assert aws.messages == []


@pytest.mark.parametrize("broken", [{}, "everything", {"until": "2099-01-01"}])
def test_a_broken_mute_of_the_code_costs_no_other(runs, aws, metrics, run_with, broken):
    run_with([broken, *of_code(runs, feature="age")])
    assert metrics()["Violations"] == 1
    assert len(aws.messages) == 1
