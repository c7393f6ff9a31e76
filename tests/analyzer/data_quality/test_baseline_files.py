"""Files of a baseline that do not belong together: the run fails and names the features, instead of checking less."""

import json

import pytest


@pytest.fixture
def check(monitor, table, job, tmp_path):
    """Run a monitor with changed files of the baseline of a table."""
    rows = [f"{number},{number / 7},{'red' if number % 2 else 'blue'}" for number in range(50)]
    data = table("base.csv", "a,b,colour", *rows)

    def run(change):
        made = job(data, "csv")
        files = {name: made.document(f"{name}.json") for name in ("statistics", "constraints")}
        change(*(files[name] for name in ("statistics", "constraints")))
        paths = {name: tmp_path / f"changed-{name}.json" for name in files}
        for name, path in paths.items():
            path.write_text(json.dumps(files[name]))
        return job(data, "csv", **{f"baseline_{name}": str(path) for name, path in paths.items()})

    return run


def without_sketch(statistics, constraints):
    statistics["features"][0]["numerical_statistics"]["distribution"]["kll"]["sketch"]["data"] = []


def without_counts(statistics, constraints):
    del statistics["features"][2]["string_statistics"]["distribution"]


def without_values(statistics, constraints):
    statistics["features"][1] = {"name": "b", "inferred_type": "Unknown"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda statistics, constraints: statistics["features"].pop(0), "the statistics lack 'a'"),
        (lambda statistics, constraints: constraints["features"].pop(2), "the constraints lack 'colour'"),
        (without_sketch, "the statistics have no distribution of 'a'"),
        (without_counts, "the statistics have no distribution of 'colour'"),
        (without_values, "the statistics have no distribution of 'b'"),
    ],
)
def test_files_that_do_not_fit_fail_the_run_and_name_the_features(check, change, told):
    done = check(change)
    assert done.code == 1
    assert told in done.message


def test_a_feature_whose_drift_nobody_checks_needs_no_distribution(check):
    def unchecked(statistics, constraints):
        without_counts(statistics, constraints)
        off = {"distribution_constraints": {"perform_comparison": "Disabled"}}
        constraints["features"][2]["monitoringConfigOverrides"] = off

    assert check(unchecked).code == 0


def test_files_of_one_job_fit(check):
    assert check(lambda statistics, constraints: None).code == 0
