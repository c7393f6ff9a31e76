"""The answer to CloudFormation: all texts, small enough, and usable as alarm thresholds."""

import json
import re

import pytest
from hypothesis import given, strategies as st

from baseline.answer_size import check_size
from baseline.data_quality.attributes import attributes
from baseline.data_quality.effective import EffectiveBaseline
from baseline.errors import BaselineError
from shared.s3 import S3Uri


def baseline_of(features):
    folder = S3Uri("out", "baselines/credit")
    statistics = {"dataset": {"item_count": 3}, "features": features}
    constraints = {"features": [], "monitoring_config": {}}
    return EffectiveBaseline(folder / "s", folder / "c", folder / "suggested", statistics, constraints)


def numerical(name, mean=0.0, deviation=1.0):
    return {"name": name, "inferred_type": "Fractional", "numerical_statistics": {"mean": mean, "std_dev": deviation}}


def answer(features, mean_shift):
    data = attributes(baseline_of(features), preprocessor_uri=None, mean_shift=mean_shift)
    data["Fingerprint"] = "f" * 16
    check_size(data)
    return data


COLUMN_NAMES = st.text(alphabet="abcdefghij_0123456789", min_size=1, max_size=40)


@given(st.lists(COLUMN_NAMES, unique=True, max_size=8))
def test_the_answer_fits_into_what_cloudformation_takes(names):
    data = answer([numerical(name) for name in names], dict.fromkeys(names, 1.0))
    response = {
        "Status": "SUCCESS",
        "PhysicalResourceId": "x" * 60,
        "StackId": "x" * 200,
        "RequestId": "x" * 36,
        "LogicalResourceId": "x" * 255,
        "Data": data,
    }
    assert len(json.dumps(response).encode()) <= 4096
    assert all(isinstance(value, str) for value in data.values())


def test_an_answer_that_would_not_fit_is_refused():
    names = [f"feature_{number}" for number in range(60)]
    with pytest.raises(BaselineError, match=r"values of 60 features or metrics .* bytes; .* name fewer"):
        answer([numerical(name) for name in names], dict.fromkeys(names, 1.0))


@given(st.floats(-1e30, 1e30), st.floats(1e-30, 1e30), st.floats(0.01, 100))
def test_numbers_are_written_out_without_an_exponent_and_without_loss(mean, deviation, factor):
    data = answer([numerical("age", mean, deviation)], {"age": factor})
    assert re.fullmatch(r"-?\d+(\.\d+)?", data["Mean.age"])
    assert float(data["Mean.age"]) == mean
    assert float(data["StdDev.age"]) == deviation
    assert float(data["MeanShiftLimit.age"]) == factor * deviation


def test_a_mean_shift_of_a_text_is_refused():
    with pytest.raises(BaselineError, match="'city', which is of type String in the baseline and has no mean"):
        answer([{"name": "city", "inferred_type": "String", "string_statistics": {}}], {"city": 1.0})


def test_a_mean_shift_of_a_constant_is_refused():
    with pytest.raises(BaselineError, match="'age', which is constant in the baseline"):
        answer([numerical("age", 3.0, 0.0)], {"age": 1.0})


@pytest.mark.parametrize(("mean", "deviation"), [("NaN", 1.0), (1.0, "Infinity"), (float("inf"), 1.0), (1.0, 1e308)])
def test_numbers_that_cloudformation_cannot_take_are_refused(mean, deviation):
    with pytest.raises(BaselineError, match=r"'age', whose mean is .* infinite or too large"):
        answer([numerical("age", mean, deviation)], {"age": 10.0})


def test_a_generated_script_is_named():
    uri = S3Uri("out", "preprocessor.py")
    data = attributes(baseline_of([]), preprocessor_uri=uri, mean_shift={})
    assert data["PreprocessorUri"] == "s3://out/preprocessor.py"
    assert data["ItemCount"] == "3"
