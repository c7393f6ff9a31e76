"""Baseline jobs: statistics and suggested constraints."""

import pytest


def test_a_baseline_describes_numbers_and_texts(job, table):
    path = table("train.csv", "label,age,city", "1,30.5,Paris", "0,41.5,Lyon", "1,,Paris")
    done = job(path, "csv")
    assert (done.code, done.message) == (0, "Completed: Job completed successfully with no violations.")
    assert list(done.statistics) == ["label", "age", "city"]
    age = done.statistics["age"]["numerical_statistics"]
    assert age["common"] == {"num_present": 2, "num_missing": 1}
    assert (age["mean"], age["sum"], age["std_dev"], age["min"], age["max"]) == (36.0, 72.0, 5.5, 30.5, 41.5)
    assert age["approximate_num_distinct_values"] == 2
    assert age["completeness"] == pytest.approx(2 / 3)
    assert age["distribution"]["kll"]["sketch"] == {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[30.5, 41.5]]}
    assert len(age["distribution"]["kll"]["buckets"]) == 10
    assert done.statistics["city"]["string_statistics"] == {
        "common": {"num_present": 3, "num_missing": 0},
        "distinct_count": 2.0,
        "completeness": 1.0,
        "distribution": {"categorical": {"buckets": [{"value": "Paris", "count": 2}, {"value": "Lyon", "count": 1}]}},
    }
    assert not done.has("constraint_violations.json")
    assert not done.has("data_issues.json")


def test_suggested_constraints_hold_type_completeness_sign_and_categories(job, table):
    path = table("train.csv", "n,m,s,none", "0,-1.5,a,", "3,2,b,", "4,,a,")
    done = job(path, "csv")
    assert done.document("constraints.json") == {
        "version": 0.0,
        "features": [
            {
                "name": "n",
                "inferred_type": "Integral",
                "completeness": 1.0,
                "num_constraints": {"is_non_negative": True},
            },
            {
                "name": "m",
                "inferred_type": "Fractional",
                "completeness": 2 / 3,
                "num_constraints": {"is_non_negative": False},
            },
            {
                "name": "s",
                "inferred_type": "String",
                "completeness": 1.0,
                "string_constraints": {"domains": ["a", "b"]},
            },
            {"name": "none", "inferred_type": "Unknown", "completeness": 0.0},
        ],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
                "categorical_comparison_threshold": 0.1,
                "categorical_drift_method": "LInfinity",
            },
        },
    }


def test_texts_with_many_distinct_values_have_neither_categories_nor_domains(job, table):
    done = job(table("train.csv", "id", *(f"id-{number}" for number in range(2520))), "csv")
    assert "distribution" not in done.statistics["id"]["string_statistics"]
    assert done.constraints["id"] == {"name": "id", "inferred_type": "String", "completeness": 1.0}


def test_the_categorical_method_can_be_chosen(job, table):
    done = job(table("train.csv", "a", "x"), "csv", categorical_drift_method="ChiSquared")
    config = done.document("constraints.json")["monitoring_config"]
    assert config["distribution_constraints"]["categorical_drift_method"] == "ChiSquared"


def test_documents_are_laid_out_as_the_services(job, table):
    done = job(table("train.csv", "a", "10000000", "20000000"), "csv")
    text = (done.folder / "output" / "statistics.json").read_text()
    assert text.startswith('{\n  "version" : 0.0,\n  "dataset" : {\n    "item_count" : 2\n  },\n  "features" : [ {\n')
    assert '"data" : [ [ 1.0E7, 2.0E7 ] ]' in text


def test_infinite_numbers_keep_the_documents_valid(job, table):
    done = job(table("train.csv", "a", "1", "1e999"), "csv")
    assert done.code == 0
    assert done.statistics["a"]["numerical_statistics"]["max"] == "Infinity"


def test_a_published_baseline_column(job, table):
    """Feature ``label`` of PacktPublishing/Machine-Learning-with-Amazon-SageMaker-Cookbook, chapter 7 (2021)."""
    values = ["0"] * 1052 + ["1"] * 998 + ["0"] * 446 + ["1"] * 504
    done = job(table("train.csv", "label", *values), "csv")
    label = done.statistics["label"]
    figures = label["numerical_statistics"]
    assert label["inferred_type"] == "Integral"
    assert (figures["mean"], figures["sum"]) == (0.5006666666666667, 1502.0)
    assert figures["std_dev"] == pytest.approx(0.499999555555358, rel=1e-15)
    assert figures["distribution"]["kll"]["buckets"][0] == {"lower_bound": 0.0, "upper_bound": 0.1, "count": 1498.0}
    assert [len(level) for level in figures["distribution"]["kll"]["sketch"]["data"]] == [950, 1025]
