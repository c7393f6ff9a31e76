"""Options and values of the library as the file writes them."""

from __future__ import annotations

import pytest
from aws_cdk import Duration, Size

from model_monitor import ConfigurationError
from model_monitor.errors import Call, Key, OptionName, Setting, Shown
from stacks.words import FILE


@pytest.mark.parametrize(
    ("part", "python", "file"),
    [
        (Setting("sampling", 200), "sampling=200", "sampling: 200"),
        (Setting("emit_metrics", False), "emit_metrics=False", "emit_metrics: false"),
        (Setting("silence_after", None), "silence_after=None", "silence_after: never"),
        (Setting("model_name", "pass job=1"), "model_name='pass job=1'", 'name: "pass job=1"'),
        (
            Setting("start_offset", Call("Duration.hours", 30)),
            "start_offset=Duration.hours(30)",
            "start_offset_hours: 30",
        ),
        (
            Setting("network", Call("MonitorNetwork", ..., isolation=False)),
            "network=MonitorNetwork(isolation=False, ...)",
            "network: {isolation: false, ...}",
        ),
        (
            Setting("facets", [Call("Facet.of", "sex", "female")]),
            "facets=[Facet.of('sex', 'female')]",
            'facets: [{name: "sex", values: ["female"]}]',
        ),
        (Shown(Call("DatasetFormat.csv", header=False)), "DatasetFormat.csv(header=False)", "{csv: {header: false}}"),
        (OptionName(("alarms", "drift", Key("age"))), "alarms.drift['age']", "'alarms.drift.age'"),
    ],
)
def test_a_part_is_written_in_the_words_of_each_front_end(part, python, file):
    error = ConfigurationError(got="x", expected="y", fix=("write ", part))
    assert error.fix == f"write {python}"
    assert error.in_words_of(FILE)[2] == f"write {file}"


@pytest.mark.parametrize(
    ("option", "value", "file"),
    [
        ("max_runtime", Duration.hours(2), "max_runtime_minutes: 120"),
        ("end_offset", Duration.days(1), "end_offset_hours: 24"),
        ("volume_size", Size.gibibytes(20), "volume_size_gib: 20"),
    ],
)
def test_lengths_and_sizes_have_the_unit_of_their_key(option, value, file):
    assert FILE.setting((option,), value) == file
