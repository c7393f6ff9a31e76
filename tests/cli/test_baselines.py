"""`baseline`: versions as a deployment leaves them, what differs, and how to renew and to go back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from model_monitor_cli.exits import UsageError
from model_monitor_cli.inventory import REGISTRY_TAG

SCHEDULE = "credit-baseline-0a0b0c0d"
PLACE = f"s3://monitoring/baselines/{SCHEDULE}"
DATA = "s3://captures/train.csv"
REGISTRY = "s3://monitoring/registry/services"
OLD, NEW = "aaaa000000000000", "bbbb000000000000"


def constraints(completeness, threshold=0.1):
    return json.dumps(
        {
            "features": [{"name": "age", "inferred_type": "Integral", "completeness": completeness}],
            "monitoring_config": {"distribution_constraints": {"comparison_threshold": threshold}},
        }
    )


def statistics(mean):
    numbers = {"mean": mean, "distribution": {"kll": {"sketch": {}}}, "common": {"num_present": 9, "num_missing": 0}}
    return json.dumps({"dataset": {"item_count": 9}, "features": [{"name": "age", "numerical_statistics": numbers}]})


@pytest.fixture(scope="module")
def baseline(world):
    """Two versions, of which the newer one is in use, with limits that the stack has changed."""
    s3 = world.box.client("s3")
    s3.put_bucket_versioning(Bucket="captures", VersioningConfiguration={"Status": "Enabled"})
    for number, version in enumerate((OLD, NEW)):
        kept = s3.put_object(Bucket="captures", Key="train.csv", Body=b"age\n%d\n" % number)
        source = {"dataset": {"uri": DATA, "format": {"csv": {"header": True}}}}
        note = {"source": source, "objects": {DATA: kept["ETag"].strip('"')}}
        world.put(f"{PLACE}/{version}/source.json", json.dumps(note))
        world.put(f"{PLACE}/{version}/statistics.json", statistics(30.0 + number))
        world.put(f"{PLACE}/{version}/constraints.json", constraints(1.0 - number / 4))
        world.box.advance(timedelta(seconds=2))  # S3 tells times in whole seconds
    world.put(f"{PLACE}/{NEW}/effective-1234/constraints.json", constraints(0.9, 0.3))
    world.put(f"{PLACE}/{NEW}/effective-1234/statistics.json", statistics(31.0))
    world.put(f"{PLACE}/unfinished/profile/constraints.json", "{}")
    world.make_schedule(SCHEDULE, tags={REGISTRY_TAG: REGISTRY}, baseline=f"{PLACE}/{NEW}/effective-1234")
    world.register(SCHEDULE, short_name="renewed")
    yield world
    world.remove(SCHEDULE)


@pytest.fixture
def answer(baseline, command):
    """Return a function that gives the exit code of a command, and what it wrote as JSON."""

    def run(*arguments):
        result = command("baseline", *arguments, "--json")
        return result.exit_code, json.loads(result.stdout)

    return run


def test_limits_that_the_stack_changed_are_shown_beside_the_suggested_ones(command, answer):
    _, shown = answer("show", "credit", "renewed")
    assert {change["where"]: (change["before"], change["after"]) for change in shown["changes"]} == {
        "features[age].completeness": (0.75, 0.9),
        "monitoring_config.distribution_constraints.comparison_threshold": (0.1, 0.3),
    }
    assert "comparison_threshold" in command("baseline", "show", "credit", "renewed").stdout


def test_versions_are_listed_the_newest_first_and_compared(command, answer):
    _, listed = answer("list", "credit", "renewed")
    assert [(version["name"], version["in_use"]) for version in listed["versions"]] == [(NEW, True), (OLD, False)]
    lines = command("baseline", "list", "credit", "renewed").stdout.splitlines()
    assert lines[1].split()[:3] == ["in", "use", NEW]
    assert lines[1].rstrip().endswith(DATA)

    _, found = answer("diff", "credit", "renewed")
    assert {change["where"]: (change["before"], change["after"]) for change in found["changes"]} == {
        "features[age].completeness": (1.0, 0.75),
        "features[age].numerical_statistics.mean": (30.0, 31.0),
    }
    _, found = answer("diff", "credit", "renewed", "--from", "b", "--to", "a")
    assert (found["from"]["name"], found["to"]["name"]) == (NEW, OLD)
    assert "31" in command("baseline", "diff", "credit", "renewed").stdout


def test_refresh_sees_that_the_data_were_overwritten_in_place(command, answer, baseline):
    assert answer("refresh", "credit", "renewed")[0] == 0
    kept = baseline.box.client("s3").put_object(Bucket="captures", Key="train.csv", Body=b"age\n77\n")

    code, found = answer("refresh", "credit", "renewed")
    assert (code, found["state"]) == (1, "changed")
    assert [change["where"] for change in found["changes"]] == [DATA]
    told = command("baseline", "refresh", "credit", "renewed").stdout
    assert f"{DATA} has another content" in told
    assert f'Baseline.from_dataset(..., version="{found["version"]}")' in told
    baseline.box.client("s3").delete_object(Bucket="captures", Key="train.csv", VersionId=kept["VersionId"])


def test_rollback_writes_the_lines_that_go_back(command, answer):
    _, way = answer("rollback", "credit", "renewed")
    assert way["to"]["name"] == OLD
    assert way["yaml"] == [
        "baseline:",
        f"  constraints: {PLACE}/{OLD}/constraints.json",
        f"  statistics: {PLACE}/{OLD}/statistics.json",
    ]
    (restore,) = way["restore"]
    assert restore.startswith("aws s3api copy-object --bucket captures --key train.csv --copy-source")
    assert "Nothing has been changed" in command("baseline", "rollback", "credit", "renewed").stdout


def test_columns_as_categories_need_their_data_back(command, baseline, answer):
    baseline.put(f"{PLACE}/{OLD}/preprocessor.py", "")
    assert answer("rollback", "credit", "renewed")[1]["python"] is None
    assert "files alone cannot take its place" in " ".join(
        command("baseline", "rollback", "credit", "renewed").stdout.split()
    )
    baseline.box.client("s3").delete_object(Bucket="monitoring", Key=f"baselines/{SCHEDULE}/{OLD}/preprocessor.py")


def test_a_version_that_does_not_exist_is_wrong_use(command, baseline):
    result = command("baseline", "diff", "credit", "renewed", "--from", "cccc")
    assert isinstance(result.exception, UsageError)
    assert f"no version is called 'cccc'; there are: {NEW}, {OLD}" in str(result.exception)
