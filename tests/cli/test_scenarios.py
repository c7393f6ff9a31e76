"""Scenarios of drift: each changes what it says, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from model_monitor_cli import scenarios
from model_monitor_cli.datasets import Dataset, number
from model_monitor_cli.exits import UsageError
from model_monitor_cli.scenarios import KINDS, NEW_CATEGORY, Scenario, ScenarioError, parse_scenario

HOMES = ["own", "rent", "parents"]
OF_FEATURES = [kind for kind in KINDS if not KINDS[kind].changes_labels]


def table(rows: list[dict], *, is_json: bool = False) -> Dataset:
    return Dataset(tuple(rows[0]), tuple(rows), is_json=is_json, has_header=not is_json)


def people(count: int) -> Dataset:
    return table(
        [
            {"age": f"{20 + place % 50}", "rate": f"{place / 7:.3f}", "home": HOMES[place % 3], "bad": f"{place % 2}"}
            for place in range(count)
        ]
    )


def drifted(text: str, dataset: Dataset, *, seed: int = 1) -> list[dict]:
    done = scenarios.apply([parse_scenario(text)], dataset, dataset.rows, seed=seed, label="bad")
    return [dict(row) for row in done.rows]


@st.composite
def tables(draw: st.DrawFn) -> Dataset:
    """Rows of CSV, or of JSON with types, in which values may be missing."""
    is_json = draw(st.booleans())
    ages, rates = st.integers(0, 10**6), st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3) + 0.5)
    missing = st.just(None if is_json else "")
    written = (lambda value: value) if is_json else str
    row = st.fixed_dictionaries(
        {
            "age": ages.map(written) | missing,
            "rate": rates.map(written) | missing,
            "home": st.sampled_from(HOMES) | missing,
            "bad": st.sampled_from([0, 1]).map(written),
        }
    )
    # Every column has something to drift from.
    first = [
        {"age": written(age), "rate": written(age + 0.5), "home": "own", "bad": written(age % 2)} for age in (3, 4)
    ]
    return table(first + draw(st.lists(row, max_size=30)), is_json=is_json)


@settings(max_examples=50)
@given(tables(), st.integers())
def test_without_a_scenario_rows_stay_as_they_are(dataset, seed):
    done = scenarios.apply([], dataset, dataset.rows, seed=seed)

    assert list(done.rows) == list(dataset.rows)
    assert done.changed == {}


@settings(max_examples=100)
@given(tables(), st.sampled_from(OF_FEATURES), st.sampled_from(["age", "rate", "home"]), st.integers(0, 99))
def test_a_scenario_changes_its_feature_alone_and_the_same_way_for_the_same_seed(dataset, kind, feature, seed):
    if feature == "home" and kind in ("shift", "scale"):
        feature = "age"
    before = [dict(row) for row in dataset.rows]
    chosen = [parse_scenario(f"{kind}:{feature}")]
    done = scenarios.apply(chosen, dataset, dataset.rows, seed=seed)

    assert list(dataset.rows) == before, "what is given stays as it is"
    assert set(done.changed) <= {feature}
    for old, new in zip(before, done.rows, strict=True):
        assert {**old, feature: None} == {**new, feature: None}
    assert scenarios.apply(chosen, dataset, dataset.rows, seed=seed) == done


@settings(max_examples=50)
@given(tables(), st.sampled_from(["label-flip=0.5", "group-bias:home:own=1"]), st.integers(0, 99))
def test_scenarios_of_labels_leave_the_traffic_alone(dataset, text, seed):
    done = scenarios.apply([parse_scenario(text)], dataset, dataset.rows, seed=seed, label="bad")

    assert set(done.changed) == {"bad"}
    for old, new in zip(dataset.rows, done.rows, strict=True):
        assert {**old, "bad": None} == {**new, "bad": None}
        assert "home" not in text or old["home"] == "own" or old == new
    assert {row["bad"] for row in done.rows} <= {row["bad"] for row in dataset.rows}


def mean(rows: list[dict], name: str) -> float:
    found = [number(row[name]) for row in rows if row[name]]
    return sum(found) / len(found)


def test_shift_moves_the_mean_by_standard_deviations():
    dataset = people(200)
    spread = (sum((number(row["rate"]) - mean(dataset.rows, "rate")) ** 2 for row in dataset.rows) / 200) ** 0.5

    moved = mean(drifted("shift:rate=-2", dataset), "rate") - mean(dataset.rows, "rate")

    assert moved == pytest.approx(-2 * spread, rel=1e-6)


def test_whole_numbers_stay_whole_and_move_at_least_by_one():
    rows = drifted("shift:age=0.001", people(100))

    assert [int(row["age"]) - int(old["age"]) for row, old in zip(rows, people(100).rows, strict=True)] == [1] * 100


def test_scale_multiplies():
    rows = drifted("scale:rate=3", people(10))

    assert [row["rate"] for row in rows[:3]] == ["0.0", "0.429", "0.858"]


def test_missing_takes_the_share_that_was_asked_for():
    assert sum(row["home"] == "" for row in drifted("missing:home=0.25", people(200))) == 50
    dataset = table([{"home": home} for home in HOMES * 10], is_json=True)
    assert sum(row["home"] is None for row in drifted("missing:home=0.5", dataset)) == 15


def test_a_new_category_is_a_value_that_the_dataset_does_not_have():
    assert Counter(row["home"] for row in drifted("new-category:home=0.1", people(100)))[NEW_CATEGORY] == 10
    ages = {row["age"] for row in people(100).rows}
    assert {row["age"] for row in drifted("new-category:age=0.1", people(100))} - ages == {"70"}


@pytest.mark.parametrize(
    ("feature", "before", "after"), [("age", "21", "21.5"), ("rate", "0.143", "0.143 units"), ("home", "rent", "3")]
)
def test_type_change_gives_values_of_another_type(feature, before, after):
    dataset = people(100)
    (place, *_) = [place for place, row in enumerate(dataset.rows) if row[feature] == before]

    assert drifted(f"type-change:{feature}", dataset)[place][feature] == after


def test_attribution_keeps_every_value_as_frequent_as_it_was():
    rows, dataset = drifted("attribution:home", people(300)), people(300)

    assert Counter(row["home"] for row in rows) == Counter(row["home"] for row in dataset.rows)
    assert sum(new["home"] != old["home"] for new, old in zip(rows, dataset.rows, strict=True)) > 150


def test_labels_of_a_group_are_flipped_as_often_as_asked():
    rows, dataset = drifted("group-bias:home:rent=0.5", people(300)), people(300)

    flipped = [old["home"] for new, old in zip(rows, dataset.rows, strict=True) if new["bad"] != old["bad"]]
    assert flipped == ["rent"] * 50


def test_another_scenario_more_leaves_the_choice_of_the_first_one_as_it_was():
    dataset = people(100)
    both = [parse_scenario("missing:home=0.2"), parse_scenario("missing:age=0.2")]

    alone = scenarios.apply(both[:1], dataset, dataset.rows, seed=5).rows
    together = scenarios.apply(both[::-1], dataset, dataset.rows, seed=5).rows

    assert [row["home"] for row in alone] == [row["home"] for row in together]


@pytest.mark.parametrize(
    ("text", "scenario"),
    [
        ("shift:age", Scenario("shift", "age", 1.0)),
        ("shift:age=-0.5", Scenario("shift", "age", -0.5)),
        ("missing:a:b=0.2", Scenario("missing", "a:b", 0.2)),
        ("label-flip", Scenario("label-flip", "", 0.3)),
        ("group-bias:home:rent=1", Scenario("group-bias", "home", 1.0, "rent")),
    ],
)
def test_a_scenario_is_read_and_written(text, scenario):
    assert parse_scenario(text) == scenario
    assert parse_scenario(str(scenario)) == scenario


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("drift:age", "expected one of shift, scale"),
        ("shift", "expected a feature, such as shift:age=1"),
        ("shift:age=much", "got the strength 'much', expected a number"),
        ("missing:age=1.5", "a share of more than 0 and at most 1"),
        ("group-bias:home", "the column and the value of the group"),
        ("label-flip:age", "labels have no feature"),
        ("shift:height", "no column 'height'; it has: age, rate, home, bad"),
        ("shift:home", "does not hold numbers only"),
        ("shift:bad", "which is not sent; use label-flip"),
        ("group-bias:home:tent", "no row that is sent has 'tent' in 'home'"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused(text, told):
    with pytest.raises(UsageError) as error:
        drifted(text, people(10))
    assert told in str(error.value)


def test_the_guide_names_every_kind_and_its_default():
    guide = (Path(__file__).resolve().parents[2] / "docs" / "simulating-drift.md").read_text()
    rows = {
        row[1].strip("` ").partition(":")[0]: row[3]
        for row in (line.split("|") for line in guide.splitlines())
        if len(row) > 5
    }

    for kind, known in KINDS.items():
        assert f"{known.strength:g}" in rows[kind].replace("(", " ").replace(")", " ").split(), kind
        assert ("share" in rows[kind]) is known.is_share, kind


def test_a_column_without_spread_cannot_be_shifted():
    with pytest.raises(ScenarioError, match="have no spread to shift by"):
        drifted("shift:age", table([{"age": "3"}, {"age": "3"}]))
