"""Overrides on top of the suggested constraints."""

import copy
import json

import pytest
from hypothesis import given, strategies as st

from baseline.data_quality.overrides import apply_overrides
from baseline.errors import BaselineError


@pytest.fixture
def suggested(suggest):
    return json.loads(suggest({"age": [1, 2, 3], "city": ["Rome", "Oslo"]})["constraints.json"])


@pytest.fixture
def effective(suggested):
    """Return a function that applies overrides to the suggested constraints."""
    return lambda overrides: apply_overrides(suggested, overrides, as_category={})


def test_no_overrides_change_nothing(suggested, effective):
    assert effective({}) == suggested


def test_settings_of_the_whole_data_set(effective):
    config = effective(
        {
            "drift": {"threshold": 0.2, "method": "Simple", "enabled": False},
            "categorical_drift": {"threshold": 0.3, "method": "ChiSquared"},
            "data_type_threshold": 0.99,
            "domain_threshold": 0.98,
            "emit_metrics": False,
        }
    )["monitoring_config"]
    assert config == {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Disabled",
        "datatype_check_threshold": 0.99,
        "domain_content_threshold": 0.98,
        "distribution_constraints": {
            "perform_comparison": "Disabled",
            "comparison_threshold": 0.2,
            "comparison_method": "Simple",
            "categorical_comparison_threshold": 0.3,
            "categorical_drift_method": "ChiSquared",
        },
    }


def test_settings_of_a_numerical_feature(effective):
    changes = {"enabled": False, "drift_threshold": 0.3, "drift_enabled": True, "completeness": 0.9}
    age, _ = effective({"features": {"age": changes}})["features"]
    assert age["completeness"] == 0.9
    assert age["monitoringConfigOverrides"] == {
        "evaluate_constraints": "Disabled",
        "distribution_constraints": {"perform_comparison": "Enabled", "comparison_threshold": 0.3},
    }


def test_settings_of_a_text_feature_are_in_both_places_that_aws_names(effective):
    _, city = effective({"features": {"city": {"drift_threshold": 0.3, "allowed_values": ["Rome", 1]}}})["features"]
    assert city["string_constraints"]["domains"] == ["Rome", "1"]
    assert city["string_constraints"]["monitoring_config_overrides"] == city["monitoringConfigOverrides"]
    assert city["monitoringConfigOverrides"]["distribution_constraints"] == {
        "comparison_threshold": 0.3,
        "categorical_comparison_threshold": 0.3,
    }


def test_another_data_type_takes_its_own_constraints_along(effective):
    features = {"age": {"data_type": "String", "allowed_values": ["1"]}, "city": {"data_type": "Fractional"}}
    age, city = effective({"features": features})["features"]
    assert age == {
        "name": "age",
        "inferred_type": "String",
        "completeness": 1.0,
        "string_constraints": {"domains": ["1"]},
    }
    assert city == {"name": "city", "inferred_type": "Fractional", "completeness": 1.0}


def test_numbers_stay_numbers_when_only_their_kind_changes(effective):
    age, _ = effective({"features": {"age": {"data_type": "Fractional"}}})["features"]
    assert age["num_constraints"] == {"is_non_negative": True}


def test_allowed_values_of_a_number_are_refused_with_the_way_out(effective):
    with pytest.raises(BaselineError, match=r"allowed_values needs a text feature.*list it under Categorical"):
        effective({"features": {"age": {"allowed_values": ["1"]}}})


def test_an_unknown_feature_is_refused_with_the_known_ones(effective):
    with pytest.raises(BaselineError, match=r"names 'aeg', .* age, city"):
        effective({"features": {"aeg": {"enabled": False}}})


SHARES = st.one_of(st.none(), st.floats(0, 1))
SWITCHES = st.one_of(st.none(), st.booleans())
FEATURES = st.fixed_dictionaries(
    {},
    optional={
        "enabled": SWITCHES,
        "drift_enabled": SWITCHES,
        "drift_threshold": SHARES,
        "completeness": SHARES,
        "data_type": st.sampled_from(["Integral", "Fractional", "String", "Unknown"]),
    },
)
COLUMNS = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6, unique=True)


@given(COLUMNS, st.data())
def test_overrides_never_lose_reorder_or_touch_other_features(names, data):
    features = [
        {"name": name, "inferred_type": "Integral", "completeness": 1.0, "num_constraints": {"is_non_negative": True}}
        for name in names
    ]
    suggested = {"version": 0.0, "features": features, "monitoring_config": {"emit_metrics": "Enabled"}}
    before = copy.deepcopy(suggested)
    changed = data.draw(st.dictionaries(st.sampled_from(names), FEATURES))
    effective = apply_overrides(suggested, {"features": changed}, as_category={})

    assert suggested == before
    assert [feature["name"] for feature in effective["features"]] == names
    for feature, original in zip(effective["features"], features, strict=True):
        assert feature["name"] in changed or feature == original
