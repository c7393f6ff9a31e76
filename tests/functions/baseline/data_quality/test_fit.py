"""Files of a baseline that do not belong together, which would switch drift checks off without a word."""

import copy
import json

import pytest

from baseline.errors import BaselineError

AGES = list(range(20, 60))


@pytest.fixture
def files(aws, properties, suggest):
    """Return a function that changes the two files, puts them where the stack names them, and gives the properties."""
    made = suggest({"age": AGES, "city": ["Rome"] * 40, "note": [f"text {age}" for age in AGES] * 4})
    written = {name: json.loads(content) for name, content in made.items()}

    def put(change=lambda statistics, constraints: None, **changes):
        statistics, constraints = (copy.deepcopy(written[name]) for name in ("statistics.json", "constraints.json"))
        change(statistics["features"], constraints["features"])
        aws.put("s3://data/statistics.json", statistics)
        aws.put("s3://data/constraints.json", constraints)
        places = {name: f"s3://data/{name}.json" for name in ("statistics", "constraints")}
        return properties(Source={"files": places}, **changes)

    return put


def without_counts(statistics, constraints):
    del statistics[1]["string_statistics"]["distribution"]


def without_sketch(statistics, constraints):
    statistics[0]["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"] = [[]]


def without_statistics(statistics, constraints):
    statistics[0] = {"name": "age", "inferred_type": "Unknown"}


def swapped(statistics, constraints):
    statistics[0], statistics[1] = statistics[1], statistics[0]


def of_others(statistics, constraints):
    for number, feature in enumerate(statistics):
        feature["name"] = f"x{number}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda statistics, constraints: statistics.pop(0), "statistics.json lacks 'age'"),
        (lambda statistics, constraints: constraints.pop(1), "constraints.json lacks 'city'"),
        (of_others, "statistics.json lacks 'age', 'city', 'note'; constraints.json lacks 'x0', 'x1', 'x2'"),
        (swapped, "they have 'age', 'city' in another order"),
        (without_sketch, "no distribution of 'age'"),
        (without_counts, "no distribution of 'city'"),
        (without_statistics, "no distribution of 'age'"),
    ],
)
def test_files_that_do_not_fit_fail_the_deployment_and_name_the_features(files, framework, change, told):
    with pytest.raises(BaselineError, match=told):
        framework.create(files(change))


def test_files_of_one_job_fit_also_where_texts_are_too_many_to_be_counted(files, framework):
    def many(statistics, constraints):
        del statistics[2]["string_statistics"]["distribution"]
        statistics[2]["string_statistics"]["distinct_count"] = 2500.0

    assert framework.create(files(many))["ConstraintsUri"]


def test_a_feature_whose_drift_nobody_checks_needs_no_distribution(files, framework):
    unchecked = {"distribution_constraints": {"perform_comparison": "Disabled"}}
    overrides = {"features": [{"name": "city", "monitoringConfigOverrides": unchecked}]}
    assert framework.create(files(without_counts, Overrides=overrides))["ConstraintsUri"]
