"""Features whose drift cannot be seen are named, and only those."""

import json
import math

import pytest
from hypothesis import given, strategies as st

from baseline.data_quality import blind


@pytest.fixture
def reasons(suggest):
    """Return a function that gives the blind features for columns and changed settings."""

    def read(columns, **settings):
        files = {name: json.loads(content) for name, content in suggest(columns).items()}
        files["constraints.json"]["monitoring_config"]["distribution_constraints"].update(settings)
        return blind.blind_features(files["statistics.json"], files["constraints.json"])

    return read


COLUMNS = {
    "income": list(range(500)),
    "grade": [1, 2, 3, 4],
    "months": list(range(30)),
    "days": list(range(60)),
    "currency": [7, 7, 7],
    "city": ["Rome", "Oslo"],
    "title": [f"title {number}" for number in range(200)],
    "fax": [],
}


def test_robust_cannot_see_few_distinct_values(reasons):
    assert reasons(COLUMNS) == {
        "grade": "4 distinct values",
        "months": "30 distinct values",
        "currency": "constant",
        "title": "more than about 120 distinct texts",
        "fax": "no values",
    }


def test_a_higher_threshold_makes_more_features_blind(reasons):
    assert reasons(COLUMNS, comparison_threshold=0.4)["days"] == "60 distinct values"


def test_simple_sees_all_but_constants_and_texts_without_shares(reasons):
    assert reasons(COLUMNS, comparison_method="Simple") == {
        "currency": "constant: seen only when its range changes",
        "title": "more than about 120 distinct texts",
        "fax": "no values",
    }


def test_what_was_turned_off_is_not_called_blind(reasons, suggest):
    assert reasons(COLUMNS, perform_comparison="Disabled") == {}
    files = {name: json.loads(content) for name, content in suggest({"sex": [0, 1]}).items()}
    files["constraints.json"]["features"][0]["monitoringConfigOverrides"] = {"evaluate_constraints": "Disabled"}
    assert blind.blind_features(files["statistics.json"], files["constraints.json"]) == {}


def test_a_threshold_of_one_feature_counts_for_this_feature(suggest):
    files = {name: json.loads(content) for name, content in suggest({"a": [*range(90)], "b": [*range(90)]}).items()}
    override = {"distribution_constraints": {"comparison_threshold": 0.9}}
    files["constraints.json"]["features"][0]["monitoringConfigOverrides"] = override
    assert list(blind.blind_features(files["statistics.json"], files["constraints.json"])) == ["a"]


def test_a_number_without_a_single_value_is_blind():
    feature = {"name": "fax", "numerical_statistics": {"common": {"num_present": 0, "num_missing": 9}}}
    assert blind.blindness(feature, {}) == "no values"


def test_values_on_several_levels_of_a_sketch_count_once():
    sketch = {"data": [[1.0, 2.0, 2.0], [1.0, 3.0], []]}
    feature = {"numerical_statistics": {"distribution": {"kll": {"sketch": sketch}}}}
    assert blind.distinct_values(feature) == 3


@given(st.integers(1, 60), st.floats(0, 0.9), st.data())
def test_what_is_called_blind_stays_within_the_threshold_for_any_of_the_baselines_values(distinct, threshold, data):
    live = data.draw(st.sets(st.integers(0, distinct - 1), min_size=1))
    distance = max(abs((value + 1) / distinct - sum(x <= value for x in live) / len(live)) for value in range(distinct))
    corrected = distance - 1.8 * math.sqrt((distinct + len(live)) / (distinct * len(live)))
    if blind.never_exceeds(distinct, threshold):
        assert corrected <= threshold + 1e-12


def test_a_feature_that_is_not_called_blind_can_exceed_the_threshold():
    seen = next(distinct for distinct in range(1, 1000) if not blind.never_exceeds(distinct, 0.1))
    distances = [(seen - live) / seen - 1.8 * math.sqrt((seen + live) / (seen * live)) for live in range(1, seen)]
    assert max(distances) > 0.1
    assert seen == 39


def test_features_that_repeat_their_values_are_named_too(suggest):
    columns = {"age": [*range(60)] * 40, "income": [number / 7 for number in range(2400)], "flag": [0, 1] * 1200}
    files = {name: json.loads(content) for name, content in suggest(columns).items()}
    assert blind.half_blind_features(files["statistics.json"], files["constraints.json"]) == ["age"]
    text = blind.describe({"flag": "2 distinct values"}, ["age"], features=3)
    assert text.endswith("1 show it only when values appear or vanish: age")


@given(st.dictionaries(st.text(min_size=1, max_size=300), st.text(max_size=60), max_size=100))
def test_the_sentence_is_short_whatever_the_names(reasons):
    text = blind.describe(reasons, list(reasons), features=100)
    assert 0 < len(text) <= 800
    assert (text == "none") == (not reasons)


def test_the_sentence_stands_alone_when_nothing_is_wholly_blind():
    assert blind.describe({}, ["age", "debt"], features=9) == (
        "2 of 9 features show drift only when values appear or vanish: age, debt"
    )


def test_a_long_list_says_how_many_more():
    text = blind.describe({f"feature_{number}": "2 distinct values" for number in range(100)}, features=120)
    shown = text.count("distinct values")
    assert text.startswith("100 of 120 features cannot show drift: feature_0 (2 distinct values), feature_1")
    assert text.endswith(f" and {100 - shown} more")
