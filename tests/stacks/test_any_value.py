"""Whatever stands at whatever key: the file is used, or its mistakes are told; nothing ends in a traceback."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from stacks.loading import load
from stacks.plain_yaml import PlainLoader
from stacks.problems import InvalidConfigurationError

ROOT = Path(__file__).resolve().parents[2]
FILES = ("credit_all_monitors", "batch", "fleet", "credit_detailed")
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=8)
    | st.sampled_from(["never", "auto", "hourly", "s3://records/x"])
)
JUNK = (
    VALUES
    | st.lists(VALUES, max_size=2)
    | st.dictionaries(st.sampled_from(["location", "a", "name"]), VALUES, max_size=2)
)


def paths(value, path=()):
    """All places of a document below its top."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def with_value(document, path, value):
    changed = copy.deepcopy(document)
    around = changed
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = value
    return changed


@functools.cache
def example(name):
    """A document, and all places in it."""
    text = (ROOT / f"examples/configurations/{name}.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, PlainLoader)
    return document, sorted(paths(document), key=str)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_is_used_or_its_mistakes_are_told(name, data, tmp_path):
    document, places = example(name)
    path = data.draw(st.sampled_from(places))
    file = tmp_path / "fleet.yaml"
    file.write_text(yaml.safe_dump(with_value(document, path, data.draw(JUNK))), encoding="utf-8")
    try:
        load(file)
    except InvalidConfigurationError as error:
        for problem in error.problems:
            assert problem.line is not None
            assert "" not in (problem.got, problem.expected, problem.fix)
            assert not problem.expected.startswith(("Input", "Value")), "pydantic's own words"
