"""Python of the construct library becomes words of the file; what the user wrote stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from model_monitor import BiasConfig, ConfigurationError, Facet
from stacks.wording import in_words_of_the_file

# Names of columns that look like what is translated.
NAMES = [
    "model_name",
    "start_offset, max_runtime",
    "Price(EUR)",
    "compass heading",
    "pass ",
    "job=False",
    "DI=1 h",
    "both ' and \"",
]
texts = st.sampled_from(NAMES) | st.text(min_size=1)


def words(text, part):
    error = ConfigurationError(**{"got": "", "expected": "", "fix": "", part: text})
    return dict(zip(("got", "expected", "fix"), in_words_of_the_file(error), strict=True))[part]


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (
            "pass network=MonitorNetwork(isolation=False, ...) to this monitor",
            "add network: {isolation: false, ...} to this monitor",
        ),
        ('pass columns=QualityColumns(ground_truth="label", ...)', 'add columns: {ground_truth: "label", ...}'),
        ("give start_offset=30 h as well", "give start_offset_hours: 30 as well"),
        ("pass probability_attribute=..., from which", "add probability: ..., from which"),
        ('facets=[Facet.of("sex", "female")]', 'facets: [{name: "sex", values: ["female"]}]'),
        ("give it all: Facet.of(name, value, value)", "give it all: {name: name, values: [value, value]}"),
        ("lower max_runtime, or choose", "lower max_runtime_minutes, or choose"),
        ("write 80 % as 0.8; use None for no such alarm", "write 80 % as 0.8; write never for no such alarm"),
        ("pass fewer", "write fewer"),
        ("use the short name", "use the short name"),
        ("follow the compass or bypass it", "follow the compass or bypass it"),
        ("0 keeps AWS's suggestion; pass max_runtime=60", "0 keeps AWS's suggestion; add max_runtime_minutes: 60"),
    ],
)
@pytest.mark.parametrize("part", ["expected", "fix"])
def test_advice_is_given_in_keys(python, said, part):
    assert words(python, part) == said


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("model_name='arn:aws:x'", "name: 'arn:aws:x'"),
        ("tolerance=5.0", "tolerance: 5.0"),
        ("max_runtime of 7200 seconds with the schedule", "max_runtime_minutes of 7200 seconds with the schedule"),
        ("end_offset of 30 h with start_offset of 0 h", "end_offset_hours of 30 h with start_offset_hours of 0 h"),
        ("alarms together with emit_metrics=False", "alarms together with emit_metrics: false"),
        ("silence_after=400 with a run every 1 hours", "silence_after: 400 with a run every 1 hours"),
    ],
)
def test_arguments_that_were_got_are_told_as_keys(python, said):
    assert words(python, "got") == said


@given(text=texts, more=texts)
@pytest.mark.parametrize("part", ["got", "expected", "fix"])
def test_quoted_text_survives(text, more, part):
    for sentence in (
        f"the facet {text!r}",
        f"one of {text!r}, {more!r}",
        f"{[text, more]!r}",
        f"the model's own {text!r} without others' {more!r}",
    ):
        assert words(sentence, part) == sentence
    assert words(f"model_name={text!r}", part) == f"name: {text!r}"


@given(names=st.lists(texts, min_size=1, unique=True))
def test_columns_survive_without_quotes(names):
    sentence = f"the columns {', '.join(names)} without headers"
    assert words(sentence, "got") == sentence


@pytest.mark.parametrize("name", NAMES)
def test_a_column_that_the_library_refuses_is_told_as_the_user_calls_it(name):
    facet = Facet.of(name, "x")
    with pytest.raises(ConfigurationError) as caught:
        BiasConfig(label="defaulted", label_values=[1], facets=[facet, facet])
    assert repr(name) in in_words_of_the_file(caught.value)[0]
    config = BiasConfig(label="defaulted", label_values=[1], facets=[facet])
    with pytest.raises(ConfigurationError) as caught:
        config.facet_text("other", None)
    assert repr(name) in in_words_of_the_file(caught.value)[1]
