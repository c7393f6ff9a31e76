"""`mute` and `unmute` write what the results function reads, and bring back alarms that would hide others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from model_monitor_cli import muting
from model_monitor_cli.exits import UsageError
from results.mutes import location, read_all
from shared.s3 import S3Uri

SCHEDULE = "credit-dataquality-1a2b3c4d"
REGISTRY = S3Uri.parse("s3://monitoring/registry/services")
DIMENSIONS = [{"Name": "MonitoringSchedule", "Value": SCHEDULE}, {"Name": "Feature", "Value": "age"}]


@pytest.fixture
def drift(context):
    """An alarm on the drift of a feature, in ALARM."""
    name = f"model credit: drift of age [{SCHEDULE}]"
    context.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="ModelMonitoring",
        MetricName="FeatureDrift",
        Dimensions=DIMENSIONS,
        Statistic="Maximum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=0.2,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    datum = {"MetricName": "FeatureDrift", "Dimensions": DIMENSIONS, "Value": 0.9}
    context.cloudwatch.put_metric_data(Namespace="ModelMonitoring", MetricData=[datum])
    yield name
    context.cloudwatch.delete_alarms(AlarmNames=[name])


def muted():
    return [mute.subject for mute in read_all(REGISTRY, SCHEDULE)]


def test_a_feature_is_muted_shown_and_unmuted(command, world, drift):
    result = command("mute", "credit", "data-quality", "--feature", "age", "--for", "4h", "--why", "campaign", "--json")

    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert [cleared["title"] for cleared in answer["cleared"]] == ["drift of age"]
    (mute,) = read_all(REGISTRY, SCHEDULE)
    now = world.box.now()
    assert mute.feature == "age"
    assert mute.since == now.replace(minute=0, second=0, microsecond=0), "with the run that is under way"
    assert abs(mute.until - now - timedelta(hours=4)) < timedelta(minutes=1)
    assert "data-quality: feature age is muted until" in command("status", "credit").stdout

    command("mute", "credit", "data-quality", "--for", "1h")
    command("mute", "credit", "data-quality", "--feature", "age", "--for", "2h")
    assert muted() == ["everything", "feature age"], "the same again is no second one"
    assert "feature age is no longer muted" in command("unmute", "credit", "data-quality", "--feature", "age").stdout
    assert "everything is no longer muted" in command("unmute", "credit").stdout
    assert muted() == []
    assert "Nothing of this was muted" in command("unmute", "credit").stdout


def test_an_alarm_is_muted_by_what_it_watches(command, drift):
    command("mute", "credit", "--alarm", "drift of age", "--for", "90m", "--start", "2099-01-01T02:00")

    (mute,) = read_all(REGISTRY, SCHEDULE)
    assert (mute.metric, mute.dimensions) == ("FeatureDrift", {"Feature": "age"})
    assert f"{mute.since:%Y-%m-%d %H:%M} {mute.until:%H:%M}" == "2099-01-01 02:00 03:30"
    command("unmute", "credit", "--alarm", "drift of age")
    assert muted() == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--for", "soon"), "--for: got 'soon', expected a length such as 4h"),
        (("--for", "90d"), "at most 31 days; what is muted for good is left out in code"),
        (("--for", "1h", "--feature", "age", "--alarm", "drift"), "either --feature or --alarm"),
        (("--for", "1h", "--alarm", "mean"), "no alarm is called 'mean'; there are: 'drift of age'"),
    ],
)
def test_what_cannot_be_muted_is_reported(command, drift, options, told):
    result = command("mute", "credit", *options)
    assert isinstance(result.exception, UsageError)
    assert told in str(result.exception)
    assert muted() == []


def test_the_alarm_that_nobody_watches_cannot_be_muted(command, context):
    rules = {"ComparisonOperator": "LessThanThreshold", "Threshold": 1, "EvaluationPeriods": 3, "Period": 3600}
    metric = {"Namespace": "ModelMonitoring", "MetricName": "Executions", "Dimensions": DIMENSIONS[:1]}
    context.cloudwatch.put_metric_alarm(AlarmName="no runs", Statistic="SampleCount", **metric, **rules)
    result = command("mute", "credit", "--alarm", "no runs", "--for", "1h")
    context.cloudwatch.delete_alarms(AlarmNames=["no runs"])
    assert "it says that nobody is watching" in str(result.exception)


def test_a_document_that_cannot_be_read_is_named(command, world):
    place = str(location(REGISTRY, SCHEDULE))
    world.put(place, "[]")
    assert f"{place} mutes nothing, delete or correct it" in command("status", "credit").stdout
    assert isinstance(command("mute", "credit", "--for", "1h").exception, muting.MutesUnreadableError)
    world.box.client("s3").delete_object(Bucket="monitoring", Key=place.removeprefix("s3://monitoring/"))


def test_what_the_code_mutes_is_shown_as_such_and_says_where_it_ends(command, world):
    since, until = "2026-01-01T00:00:00Z", f"{world.box.now() + timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}"
    world.register(SCHEDULE, mutes=[{"since": since, "until": until, "feature": "age"}], stack="Credit")
    try:
        command("mute", "credit", "data-quality", "--feature", "dti", "--for", "1h")
        shown = " ".join(command("status", "credit").stdout.split())
        assert "feature dti is muted until" in shown
        assert "feature age is muted until" in shown
        assert "UTC, in the code of the stack Credit" in shown

        told = " ".join(command("unmute", "credit").stdout.split())
        assert "feature dti is no longer muted" in told
        assert "feature age is muted, in the code of the stack Credit. Remove it there" in told
        refused = command("unmute", "credit", "data-quality", "--feature", "age").exception
        assert isinstance(refused, UsageError)
        assert "'mutes' in monitoring.yaml" in str(refused)
    finally:
        world.register(SCHEDULE)
