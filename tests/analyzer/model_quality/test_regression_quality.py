"""Jobs of regression."""

import pytest

REGRESSION = "Regression"


def test_a_baseline_has_the_numbers_of_the_guide(baseline):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html

    The guide's example of regression is made of the labels of its example of classes.
    """
    rows = [(0, 0)] * 1180 + [(1, 0)] * 510 + [(0, 1)] * 268 + [(1, 1)] * 138
    done = baseline(REGRESSION, "prediction,label", rows, inference_attribute="prediction")
    assert done.values["mae"] == done.values["mse"] == 0.3711832061068702
    assert done.values["rmse"] == 0.609248066149471
    assert done.values["r2"] == pytest.approx(-1.3766111872212665, rel=1e-15)
    assert list(done.statistics) == ["mae", "mse", "rmse", "r2"]


def test_suggested_limits_are_upper_ones_of_errors_and_a_lower_one_of_r2(baseline):
    done = baseline(REGRESSION, "prediction,label", [(1.5, 1), (2, 2), (2.5, 3)], inference_attribute="prediction")
    operators = {name: limit["comparison_operator"] for name, limit in done.constraints.items()}
    assert operators == {
        "mae": "GreaterThanThreshold",
        "mse": "GreaterThanThreshold",
        "rmse": "GreaterThanThreshold",
        "r2": "LessThanThreshold",
    }
    assert done.constraints["r2"]["threshold"] == done.values["r2"] == 0.75


def test_a_violation_has_the_text_of_a_real_run(monitor, limits):
    """https://github.com/PacktPublishing/Amazon-SageMaker-Best-Practices (Chapter11): a baseline whose r2 is -7.74."""
    constraints = limits("regression", r2=(-7.7419149776821, "Less"), mae=(60, "Greater"))
    done = monitor(REGRESSION, [("50", "0.5"), ("52", "1.5")] * 5, constraints, inference_attribute="0")
    (violation,) = done.violations
    assert violation["metric_name"] == "r2"
    assert violation["constraint_check_type"] == "LessThanThreshold"
    r2 = done.values["r2"]
    assert violation["description"] == f"Metric r2 with {r2} +/- NaN was LessThanThreshold '-7.7419149776821'"


def test_numbers_are_written_as_java_writes_them(monitor, limits):
    constraints = limits("regression", mae=(0.00001, "Greater"))
    done = monitor(REGRESSION, [("0.00048828125", "0"), ("1.00048828125", "1")], constraints, inference_attribute="0")
    text = "Metric mae with 4.8828125E-4 +/- NaN was GreaterThanThreshold '1.0E-5'"
    assert done.violations[0]["description"] == text


def test_a_baseline_of_one_value_has_no_r2_and_fails(baseline):
    done = baseline(REGRESSION, "prediction,label", [(1, 5), (2, 5)], inference_attribute="prediction")
    assert done.code == 1
    assert (
        "metrics without a finite value: r2: all 2 labels are 5.0, so that there is no variance to explain"
        in done.message
    )


def test_a_window_of_one_value_is_reported_and_its_errors_are_checked(monitor, limits):
    constraints = limits("regression", r2=(0.5, "Less"), mae=(1, "Greater"))
    done = monitor(REGRESSION, [("7", "5"), ("9", "5")], constraints, inference_attribute="0")
    assert [violation["metric_name"] for violation in done.violations] == ["mae"]
    assert done.values["r2"] == "NaN"
    assert done.issues == {"metrics without a finite value": 1}
    assert "r2" not in done.constraints


def test_errors_that_cannot_be_squared_are_violations_and_reported(monitor, limits):
    constraints = limits("regression", mse=(1, "Greater"), r2=(0.5, "Less"))
    done = monitor(REGRESSION, [("1e200", "1"), ("2", "2")] * 100, constraints, inference_attribute="0")
    assert [violation["metric_name"] for violation in done.violations] == ["mse", "r2"]
    assert done.violations[0]["description"] == "Metric mse with Infinity +/- NaN was GreaterThanThreshold '1.0'"
    assert "metrics without a finite value: mse, rmse, r2: the errors are too large to be squared" in done.examples[0]
    assert list(done.constraints) == ["mae"]
