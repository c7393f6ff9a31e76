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
    return lambda overrides: apply_overrides(suggested, overrides)


def test_no_overrides_change_nothing(suggested, effective):
    assert effective({}) == suggested


def test_settings_of_the_whole_data_set(effective):
    config = effective(
        {
            "monitoring_config": {
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
    distribution = {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.3,
        "categorical_comparison_threshold": 0.3,
    }
    own = {"evaluate_constraints": "Disabled", "distribution_constraints": distribution}
    change = {"name": "age", "completeness": 0.9, "monitoringConfigOverrides": own}
    age, _ = effective({"features": [change]})["features"]
    assert age["completeness"] == 0.9
    assert age["monitoringConfigOverrides"] == {
        "evaluate_constraints": "Disabled",
        "distribution_constraints": {"perform_comparison": "Enabled", "comparison_threshold": 0.3},
    }


def test_settings_of_a_text_feature_are_in_both_places_that_aws_names(effective):
    change = {
        "name": "city",
        "string_constraints": {"domains": ["Rome", "1"]},
        "monitoringConfigOverrides": {
            "distribution_constraints": {"comparison_threshold": 0.3, "categorical_comparison_threshold": 0.3}
        },
    }
    _, city = effective({"features": [change]})["features"]
    assert city["string_constraints"]["domains"] == ["Rome", "1"]
    assert city["string_constraints"]["monitoring_config_overrides"] == city["monitoringConfigOverrides"]
    assert city["monitoringConfigOverrides"]["distribution_constraints"] == {
        "comparison_threshold": 0.3,
        "categorical_comparison_threshold": 0.3,
    }


def test_another_data_type_takes_its_own_constraints_along(effective):
    text = {"name": "age", "inferred_type": "String", "string_constraints": {"domains": ["1"]}}
    age, city = effective({"features": [text, {"name": "city", "inferred_type": "Fractional"}]})["features"]
    assert age == {
        "name": "age",
        "inferred_type": "String",
        "completeness": 1.0,
        "string_constraints": {"domains": ["1"]},
    }
    assert city == {"name": "city", "inferred_type": "Fractional", "completeness": 1.0}


def test_numbers_stay_numbers_when_only_their_kind_changes(effective):
    age, _ = effective({"features": [{"name": "age", "inferred_type": "Fractional"}]})["features"]
    assert age["num_constraints"] == {"is_non_negative": True}


def test_allowed_values_of_a_number_are_refused_with_the_way_out(effective):
    with pytest.raises(BaselineError, match=r"allowed_values needs a text feature.*list it under Categorical"):
        effective({"features": [{"name": "age", "string_constraints": {"domains": ["1"]}}]})


def test_an_unknown_feature_is_refused_with_the_known_ones(effective):
    with pytest.raises(BaselineError, match=r"names 'aeg', .* age, city"):
        effective({"features": [{"name": "aeg", "completeness": 1}]})


def test_what_a_file_has_for_a_feature_stays_unless_it_is_changed(suggested, effective):
    suggested["features"][0]["monitoringConfigOverrides"] = {"evaluate_constraints": "Disabled"}
    own = {"distribution_constraints": {"comparison_threshold": 0.3}}
    age, _ = effective({"features": [{"name": "age", "monitoringConfigOverrides": own}]})["features"]
    assert age["monitoringConfigOverrides"] == {"evaluate_constraints": "Disabled", **own}


SWITCHES = st.sampled_from(["Enabled", "Disabled"])
OWN = st.fixed_dictionaries(
    {},
    optional={
        "evaluate_constraints": SWITCHES,
        "distribution_constraints": st.fixed_dictionaries(
            {}, optional={"perform_comparison": SWITCHES, "comparison_threshold": st.floats(0, 1)}
        ),
    },
)
FEATURES = st.fixed_dictionaries(
    {},
    optional={
        "completeness": st.floats(0, 1),
        "inferred_type": st.sampled_from(["Integral", "Fractional", "String", "Unknown"]),
        "monitoringConfigOverrides": OWN,
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
    effective = apply_overrides(suggested, {"features": [{"name": name, **changed[name]} for name in changed]})

    assert suggested == before
    assert [feature["name"] for feature in effective["features"]] == names
    for feature, original in zip(effective["features"], features, strict=True):
        assert feature["name"] in changed or feature == original
