"""Captured traffic of a healthy endpoint, of a drifted one, and of attackers who may only call it."""

import json
import random
from functools import partial

import pytest

from baseline.data_quality.categories import Categories
from tests.analyzer.conftest import captures, job, monitor, record, table

__all__ = ["captures", "job", "monitor", "record", "table"]

NAMES = ["score", "age", "amount", "city"]
CITIES = ["Paris", "Lyon", "Nice"]


def rows(count, *, shift=0.0, seed=1):
    """Rows of a prediction and three features."""
    numbers = random.Random(seed)
    return [
        [
            round(numbers.random(), 6),
            numbers.randrange(18, 80) + int(shift * 30),
            round(numbers.gauss(100 + 100 * shift, 20), 4),
            numbers.choice(CITIES),
        ]
        for _ in range(count)
    ]


@pytest.fixture
def baseline(table):
    """A CSV baseline of 2,000 healthy rows."""
    return table("baseline.csv", ",".join(NAMES), *(",".join(map(str, row)) for row in rows(2000)))


@pytest.fixture
def watch(monitor, baseline, captures):
    """Run a monitor on capture records, against the healthy baseline."""

    def run(records, **variables):
        return monitor(baseline, captures(records), live_format="capture", **variables)

    return run


@pytest.fixture
def guarded(watch, tmp_path):
    """Run a monitor on capture records behind the script that the deployment generates."""
    script = tmp_path / "preprocessor.py"
    script.write_text(Categories(tuple(NAMES), ()).script())
    return partial(watch, record_preprocessor_script=str(script))


@pytest.fixture
def as_csv(record):
    """Make capture records of CSV."""

    def make(made):
        return [record(str(score), ",".join(map(str, features)) + "\n") for score, *features in made]

    return make


@pytest.fixture
def as_json(record):
    """Make capture records of JSON with named members, in any order."""

    def make(made, order=NAMES[1:]):
        records = []
        for row in made:
            members = dict(zip(NAMES, row, strict=True))
            features = {name: members[name] for name in order}
            records.append(record(json.dumps({"score": members["score"]}), json.dumps(features), encoding="JSON"))
        return records

    return make


@pytest.fixture
def traffic(as_csv, as_json):
    return {"CSV": as_csv, "JSON": as_json}


def drifted(done):
    """Names of the features that a run found to have drifted."""
    return {v["feature_name"] for v in done.violations if v["constraint_check_type"] == "baseline_drift_check"}


def checks(done):
    return {violation["constraint_check_type"] for violation in done.violations}
