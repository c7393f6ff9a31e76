"""Observed labels of merged records are where the configuration of the analysis says."""

import json

import pytest

from analyzer.clarify.reading.labels import observed_labels
from analyzer.dataset.payload import PayloadError


def record(data, encoding="JSON"):
    text = data if isinstance(data, str) else json.dumps(data)
    return {"groundTruthData": {"data": text, "encoding": encoding}}


@pytest.mark.parametrize(
    ("data", "label", "labels"),
    [
        ({"label": 1}, "label", [1]),
        ({"id": 7, "label": 1}, "label", [1]),
        ({"data": {"label": 1}}, "data.label", [1]),
        ({"data": {"label": 1, "by": "me"}, "id": 7}, "data.label", [1]),
        ({"instances": [{"label": 1}, {"label": 0}]}, "instances[*].label", [1, 0]),
        ({"instances": [{"label": 1, "id": 7}, {"label": 0, "id": 8}]}, "label", [1, 0]),
        ([{"label": 1, "id": 7}, {"label": 0, "id": 8}], "label", [1, 0]),
        ('{"id": 7, "label": 1}\n{"id": 8, "label": 0}', "label", [1, 0]),
        ({"id": 7, "capital gain": 1}, "capital gain", [1]),
    ],
)
def test_a_path_finds_the_labels_of_json(data, label, labels):
    assert observed_labels(record(data), label) == labels


@pytest.mark.parametrize("label", ["data.label", "capital gain", 3, "3"])
@pytest.mark.parametrize(("data", "labels"), [({"x": 1}, [1]), (1, [1]), ([1, 0], [1, 0]), ("1\n0", [1, 0])])
def test_labels_that_no_path_finds_stand_alone_or_have_any_name(data, label, labels):
    assert observed_labels(record(data), label) == labels


@pytest.mark.parametrize("label", ["target", "data.label", 3])
def test_labels_of_csv_are_all_that_is_there(label):
    assert observed_labels(record("1\n0\n", "CSV"), label) == ["1", "0"]


@pytest.mark.parametrize(
    ("data", "label", "problem"),
    [
        (
            {"id": 7, "truth": 1},
            "label",
            r"there is nothing at 'label', and the ground truth has 2 members \(id, truth\), expected one label",
        ),
        ({"data": {"truth": 1}}, "data.label", "there is nothing at 'data.label', and the ground truth holds a list"),
        ({"label": {"value": 1}}, "label", "^the ground truth holds a list or an object where a label is expected$"),
        ({"id": 7, "truth": 1}, 3, "^the ground truth has 2 members"),
        ("{", "label", "^not JSON"),
    ],
)
def test_json_without_a_label_is_refused(data, label, problem):
    with pytest.raises(PayloadError, match=problem):
        observed_labels(record(data), label)
