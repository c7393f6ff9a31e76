"""Monitors are known from their documents in the registry."""

import pytest

from results.monitor import Group, RegistryError, parse_monitor
from results.registry import Registry
from shared import schedules
from shared.s3 import S3Uri

LONG = "production-credit-risk-frankfurt-north-modelquality-0a1b2c3d"
METRICS = {
    "drift": ["age"],
    "completeness": ["age", "income"],
    "mean": ["age"],
    "quality": ["recall"],
    "bias": [{"metric": "DPPL", "facet": "sex", "facet_value": "female"}],
    "attribution": ["age"],
}
SMALLEST = {
    "schedule": "s",
    "type": "DataQuality",
    "title": "endpoint e",
    "reports": "s3://out/reports",
    "registered": "2026-11-21T03:00:00Z",
}


def registry():
    return Registry(S3Uri.parse("s3://out/registry"))


def test_a_monitor_is_found_by_the_name_that_arns_have(runs):
    monitor = registry().find("arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/credit-data-quality")
    assert (monitor.schedule, monitor.name) == ("Credit-data-quality", "Credit-data-quality")


def test_a_one_time_run_is_found_from_its_base_although_its_name_is_cut(runs):
    runs.register(LONG)
    runs.register(LONG[:-8] + "11111111")
    runs.register("production-credit-risk")
    run = schedules.one_time_name(LONG, runs.time()).lower()
    monitor = registry().find(f"arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/{run}")
    assert (monitor.schedule, monitor.name, monitor.one_time_run) == (LONG, run, run)


@pytest.mark.parametrize(
    "name", ["credit", "credit-data-quality-2", "x-run-20261121030000", "credit-data-quality-run-1"]
)
def test_other_schedules_are_not_ours(runs, name):
    assert registry().find(name) is None


def test_one_invocation_reads_a_document_once_and_the_next_reads_it_again(runs, aws):
    known = registry()
    for _ in range(3):
        known.find("credit-data-quality")
    assert (aws.count("ListObjectsV2"), aws.count("GetObject")) == (1, 1)
    runs.register(title="another title")
    assert registry().find("credit-data-quality").title == "another title"


def test_what_is_no_document_of_a_monitor_is_left_alone(runs, aws):
    for name in ("README.txt", "old/monitor.json", ".json"):
        aws.put(f"s3://out/registry/{name}", "{}")
    aws.put("s3://out/registry-of-others/other.json", "{}")
    assert registry().names() == ("Credit-data-quality",)


def test_a_document_that_has_just_been_removed_is_no_monitor(runs, aws):
    known = registry()
    assert known.names()
    aws.DeleteObject("out", "registry/Credit-data-quality.json")
    assert known.find("credit-data-quality") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("{", "is not valid JSON"),
        ("[]", "holds a JSON list"),
        ({"type": None}, "the key 'type' is missing"),
        ({"reports": "reports"}, "expected an S3 URI"),
        ({"reports": 7}, "got 7, expected a text"),
        ({"registered": "soon"}, "soon"),
        ({"period_hours": "hourly"}, "hourly"),
        ({"metrics": ["age"]}, "has no attribute"),
        ({"metrics": {"drift": [1]}}, "got 1, expected a text"),
        ({"metrics": {"bias": [{"metric": "DPPL"}]}}, "the key 'facet' is missing"),
    ],
)
def test_a_document_that_cannot_be_read_is_named_with_what_to_do(runs, aws, change, words):
    if isinstance(change, str):
        aws.put("s3://out/registry/Credit-data-quality.json", change)
    else:
        runs.register(**change)
    with pytest.raises(RegistryError) as raised:
        registry().find("credit-data-quality")
    text = str(raised.value)
    assert "s3://out/registry/Credit-data-quality.json cannot be read" in text
    assert words in text
    assert "deploy its stack again" in text


def test_a_document_of_another_schedule_is_refused(runs, aws):
    aws.put("s3://out/registry/credit.json", {**SMALLEST, "schedule": "debit"})
    with pytest.raises(RegistryError, match=r"credit.json describes the schedule debit, expected credit"):
        registry().monitor("credit")


def test_all_keys_of_a_document_are_read():
    monitor = parse_monitor(
        {**SMALLEST, "metrics": METRICS, "period_hours": 24, "model": "m", "captured": "s3://data/captured/"}
    )
    assert monitor.period.days == 1
    assert str(monitor.captured) == "s3://data/captured"
    assert (monitor.model, monitor.endpoint, monitor.topic, monitor.access_role) == ("m", None, None, None)
    assert monitor.registered.isoformat() == "2026-11-21T03:00:00+00:00"
    assert monitor.wanted.completeness == ("age", "income")
    assert monitor.wanted.bias == (Group("DPPL", "sex", "female"),)


def test_a_document_needs_few_keys():
    monitor = parse_monitor(SMALLEST)
    assert not monitor.wanted
    assert monitor.kind == "data quality"


def test_an_event_of_a_monitor_whose_document_is_broken_fails_the_function(runs, aws):
    aws.put("s3://out/registry/Credit-data-quality.json", "{")
    with pytest.raises(RegistryError):
        runs.handle(runs.event(runs.add("Completed")))
