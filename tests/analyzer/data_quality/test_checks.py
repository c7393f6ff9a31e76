"""Monitoring runs: every kind of violation, its text and its switches."""

import pytest

NUMBERS = [f"{i % 2},{i / 8}" for i in range(400)]
SHIFTED = [f"{i % 2},{i / 8 + 40}" for i in range(400)]


def one(done):
    assert done.code == 0, done.message
    (violation,) = done.violations
    assert done.message == "CompletedWithViolations: Job completed successfully with 1 violations."
    return violation


def test_the_data_of_the_baseline_breaks_nothing(monitor, table):
    path = table("a.csv", "label,x,s", *(f"{row},{'ab'[i % 2]}" for i, row in enumerate(NUMBERS)))
    done = monitor(path, path)
    assert done.violations == []
    assert done.message == "Completed: Job completed successfully with no violations."
    assert set(done.constraints) == set(done.statistics) == {"label", "x", "s"}


def test_a_published_run_with_two_type_violations(monitor, table, captures, record):
    """PacktPublishing/Machine-Learning-with-Amazon-SageMaker-Cookbook, chapter 7 (2021): 18 records of two rows."""
    baseline = table(
        "train.csv", "label,a,b,c,d", *(f"{i % 2}.5,{i - 9}.25,{i - 9}.5,{i - 9},{9 - i}" for i in range(18))
    )
    rows = ["-3.585282409963491,-4.820820583530444,88,51", "-3.585,-4.8208,88.123,51.456"]
    order = [0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    live = captures([record("0.9837374687194824", rows[which] + "\n") for which in order])
    done = monitor(baseline, live, live_format="capture")
    text = (
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. "
        "Observed: Only 66.66666666666666% of data is Integral."
    )
    assert done.violations == [
        {"feature_name": name, "constraint_check_type": "data_type_check", "description": text} for name in ("c", "d")
    ]
    c = done.statistics["c"]["numerical_statistics"]
    assert (c["mean"], c["sum"]) == (88.04100000000001, 1584.7380000000003)
    assert c["std_dev"] == pytest.approx(0.05798275605729882, rel=1e-12)
    assert c["distribution"]["kll"]["buckets"][-1] == {
        "lower_bound": 88.11070000000001,
        "upper_bound": 88.123,
        "count": 6.0,
    }
    b = done.statistics["b"]["numerical_statistics"]["distribution"]["kll"]["buckets"]
    assert b[0] == {"lower_bound": -4.820820583530444, "upper_bound": -4.820818525177399, "count": 12.0}
    assert b[-1] == {"lower_bound": -4.820802058353045, "upper_bound": -4.8208, "count": 6.0}


def test_the_percentage_of_a_published_type_violation(monitor, table):
    """955 of 959 values: the text of AWS's own example run (amazon-sagemaker-examples, Model Monitor introduction)."""
    baseline = table("train.csv", "x", *map(str, range(959)))
    live = table("live.csv", "x", *map(str, range(955)), "0.5", "1.5", "2.5", "3.5")
    assert one(monitor(baseline, live, statistics=False))["description"] == (
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. "
        "Observed: Only 99.58289885297185% of data is Integral."
    )


def test_numbers_do_not_satisfy_string(monitor, table):
    """The only violation of the run of PacktPublishing/Amazon-SageMaker-Best-Practices, chapter 11 (2021)."""
    live = table("live.csv", "value", "-4.902510643005371")
    assert one(monitor(table("train.csv", "value", "x", "y"), live, statistics=False, change=drop_domains)) == {
        "feature_name": "value",
        "constraint_check_type": "data_type_check",
        "description": "Data type match requirement is not met. Expected data type: String, Expected match: 100.0%. "
        "Observed: Only 0.0% of data is String.",
    }


def drop_domains(document):
    for feature in document["features"]:
        feature.pop("string_constraints", None)


def test_integral_values_satisfy_fractional(monitor, table):
    assert monitor(table("a.csv", "x", "1.5", "2"), table("b.csv", "x", "1", "2")).violations == []


def test_missing_values_break_completeness_only(monitor, table):
    baseline = table("train.csv", "x,y", *(f"{i},1" for i in range(320)))
    live = table("live.csv", "x,y", *(f"{i if i >= 10 else ''},1" for i in range(320)))
    assert one(monitor(baseline, live)) == {
        "feature_name": "x",
        "constraint_check_type": "completeness_check",
        "description": "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 96.875%.",
    }


def test_a_moved_distribution_is_drift(monitor, table):
    done = monitor(table("a.csv", "label,x", *NUMBERS), table("b.csv", "label,x", *SHIFTED))
    violation = one(done)
    assert (violation["feature_name"], violation["constraint_check_type"]) == ("x", "baseline_drift_check")
    # 320 of 400 distinct values lie below the live minimum; the correction is 1.8 * sqrt(800 / 160000).
    distance = 0.8 - 1.8 * (800 / 160000) ** 0.5
    assert violation["description"] == f"Baseline drift distance: {distance} exceeds threshold: 0.1"


def test_flags_drift_under_simple_only(monitor, table):
    baseline, live = table("a.csv", "x", *["0"] * 50), table("b.csv", "x", *["1"] * 50)
    assert monitor(baseline, live).violations == []

    def simple(document):
        document["monitoring_config"]["distribution_constraints"]["comparison_method"] = "Simple"

    assert one(monitor(baseline, live, change=simple))["description"] == (
        "Baseline drift distance: 1.0 exceeds threshold: 0.1"
    )


CITIES = ["Paris"] * 500 + ["Lyon"] * 500


def test_moved_shares_of_categories_are_drift(monitor, table):
    live = table("b.csv", "city", *["Paris"] * 900, *["Lyon"] * 100)
    violation = one(monitor(table("a.csv", "city", *CITIES), live))
    assert violation["constraint_check_type"] == "baseline_drift_check"
    distance = float(violation["description"].split("distance: ")[1].split(" ")[0])
    assert distance == pytest.approx(0.4 - 1.8 * (2000 / 1_000_000) ** 0.5)


def test_unknown_categories_break_the_domain(monitor, table):
    live = table("b.csv", "city", *CITIES, "Nice")
    assert one(monitor(table("a.csv", "city", *CITIES), live)) == {
        "feature_name": "city",
        "constraint_check_type": "categorical_values_check",
        "description": "Categorical values requirement is not met. Expected match: 100.0%. "
        f"Observed: Only {1000 / 1001 * 100}% of data is in the domain of the baseline.",
    }


def test_a_flood_of_new_texts_is_seen_although_they_are_too_many_to_count(monitor, table):
    live = table("b.csv", "city", *CITIES[:100], *(f"id-{i}" for i in range(900)))
    kinds = {
        v["constraint_check_type"]: v["description"] for v in monitor(table("a.csv", "city", *CITIES), live).violations
    }
    assert set(kinds) == {"categorical_values_check", "baseline_drift_check"}
    assert "Only 10.0%" in kinds["categorical_values_check"]


def chi_squared(document):
    document["monitoring_config"]["distribution_constraints"]["categorical_drift_method"] = "ChiSquared"


def test_chi_squared_reports_improbable_shares(monitor, table):
    baseline = table("a.csv", "city", *CITIES)
    violation = one(monitor(baseline, table("c.csv", "city", *["Paris"] * 90, *["Lyon"] * 10), change=chi_squared))
    assert violation["description"].startswith("Baseline drift p-value: ")
    assert violation["description"].endswith(" is below threshold: 0.1")
    assert (
        monitor(baseline, table("d.csv", "city", *["Paris"] * 52, *["Lyon"] * 48), change=chi_squared).violations == []
    )


def test_chi_squared_with_simple_compares_the_statistic(monitor, table):
    def change(document):
        chi_squared(document)
        constraints = document["monitoring_config"]["distribution_constraints"]
        constraints |= {"comparison_method": "Simple", "categorical_comparison_threshold": 16.0}

    live = table("b.csv", "city", *["Paris"] * 75, *["Lyon"] * 25)
    violation = one(monitor(table("a.csv", "city", *CITIES), live, change=change))
    assert violation["description"] == "Baseline drift distance: 25.0 exceeds threshold: 16.0"


@pytest.mark.parametrize(
    ("header", "row", "kind"),
    [("a", "1.5", "missing"), ("a,b,c", "1.5,2,3", "extra"), ("x,a,b", "9,1.5,2", "extra")],
)
def test_another_number_of_columns_is_the_only_violation(monitor, table, header, row, kind):
    count = len(header.split(","))
    live = table("b.csv", header, row)
    done = monitor(table("a.csv", "a,b", "1,2", "3,4"), live)
    assert one(done) == {
        "feature_name": f"{kind.capitalize()} columns",
        "constraint_check_type": f"{kind}_column_check",
        "description": f"There are {kind} columns in current dataset. Number of columns in current dataset: {count}, "
        "Number of columns in baseline constraints: 2",
    }
    assert list(done.statistics) == ["a", "b", "_c2"][:count]


def test_columns_are_matched_by_position(monitor, table):
    done = monitor(table("a.csv", "first,second", "1,x"), table("b.csv", "second,first", "1,x"))
    assert done.violations == []
    assert list(done.statistics) == ["first", "second"]


def test_negative_values_break_nothing(monitor, table):
    done = monitor(table("a.csv", "x", "0", "1"), table("b.csv", "x", "-1", "1"), statistics=False)
    assert done.violations == []


DRIFTING = ("label,x", *SHIFTED)


def set_config(**settings):
    def change(document):
        config = document["monitoring_config"]
        for name, value in settings.items():
            target = config if name in config else config["distribution_constraints"]
            target[name] = value

    return change


@pytest.mark.parametrize(
    "settings",
    [
        {"evaluate_constraints": "Disabled"},
        {"perform_comparison": "Disabled"},
        {"comparison_threshold": 0.9},
    ],
)
def test_switches_and_thresholds_of_the_whole_data_set(monitor, table, settings):
    done = monitor(table("a.csv", "label,x", *NUMBERS), table("b.csv", *DRIFTING), change=set_config(**settings))
    assert done.violations == []


def test_type_and_domain_thresholds_allow_a_share_of_others(monitor, table):
    baseline = table("a.csv", "x,s", *["1,a"] * 10)
    live = table("b.csv", "x,s", *["1,a"] * 9, "x,b")
    assert {v["constraint_check_type"] for v in monitor(baseline, live, statistics=False).violations} == {
        "data_type_check",
        "categorical_values_check",
    }
    change = set_config(datatype_check_threshold=0.9, domain_content_threshold=0.9)
    assert monitor(baseline, live, statistics=False, change=change).violations == []


@pytest.mark.parametrize("key", ["monitoring_config_overrides", "monitoringConfigOverrides"])
@pytest.mark.parametrize("place", ["feature", "string_constraints", "num_constraints"])
@pytest.mark.parametrize(
    "block",
    [
        {"evaluate_constraints": "Disabled"},
        {"distribution_constraints": {"perform_comparison": "Disabled"}},
        {"distribution_constraints": {"comparison_threshold": 0.9}},
    ],
)
def test_a_features_own_settings_hold_for_it_alone(monitor, table, key, place, block):
    def change(document):
        feature = document["features"][0]
        target = feature if place == "feature" else feature.setdefault(place, {})
        target[key] = block

    both = [f"{row.split(',')[1]},{row.split(',')[1]}" for row in SHIFTED]
    baseline = table("a.csv", "x,y", *(f"{i / 8},{i / 8}" for i in range(400)))
    done = monitor(baseline, table("b.csv", "x,y", *both), change=change)
    assert [violation["feature_name"] for violation in done.violations] == ["y"]


def test_without_baseline_statistics_nothing_is_compared(monitor, table):
    assert monitor(table("a.csv", "label,x", *NUMBERS), table("b.csv", *DRIFTING), statistics=False).violations == []


def test_without_constraints_nothing_is_checked(job, table):
    baseline = job(table("a.csv", "first,second", "1,2"), "csv")
    statistics = baseline.folder / "output" / "statistics.json"
    done = job(table("b.csv", "p,q", "a,b"), "csv", baseline_statistics=statistics)
    assert done.violations == []
    assert list(done.statistics) == ["first", "second"]


def test_thresholds_of_files_without_categorical_settings(monitor, table):
    def older(document):
        constraints = document["monitoring_config"]["distribution_constraints"]
        del constraints["categorical_comparison_threshold"], constraints["categorical_drift_method"]
        constraints["comparison_threshold"] = 0.5

    live = table("b.csv", "city", *["Paris"] * 900, *["Lyon"] * 100)
    assert monitor(table("a.csv", "city", *CITIES), live, change=older).violations == []
