"""Templates of configurations and example apps, as committed. `UPDATE_SNAPSHOTS=1` writes them anew."""

from __future__ import annotations

import copy
import difflib
import json
import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
DEFAULT = "default"
EXAMPLES = sorted(app.parent.name for app in (ROOT / "examples").glob("*/app.py"))
CONFIGURATIONS = {
    DEFAULT: "monitoring.yaml",
    "batch": "examples/configurations/batch.yaml",
    "credit_all_monitors": "examples/configurations/credit_all_monitors.yaml",
}
APPS = [*CONFIGURATIONS, *EXAMPLES]
_SHOWN_LINES = 120
_OVERFLOW = "Part of the policies for"

_ASSET_HASH = re.compile(r"[0-9a-f]{64}")
# A job definition's name ends in a digest of its content, asset hashes included.
_DIGEST = re.compile(r"-[0-9a-f]{8}$")


@pytest.fixture
def templates_of(assembly_of, example_assembly_of):
    def templates(app: str) -> dict[str, dict[str, Any]]:
        return (assembly_of(CONFIGURATIONS[app]) if app in CONFIGURATIONS else example_assembly_of(app)).templates

    return templates


def normalised(value: Any) -> Any:
    """The template without what changes with the content of assets."""
    if isinstance(value, dict):
        return {key: "<hash>" if key == "ScriptRevision" else normalised(item) for key, item in value.items()}
    if isinstance(value, list):
        names_version = any("Fingerprint" in json.dumps(item) for item in value)
        return [
            _DIGEST.sub("-<digest>", item) if names_version and isinstance(item, str) else normalised(item)
            for item in value
        ]
    return _ASSET_HASH.sub("<asset>", value) if isinstance(value, str) else value


def joined(template: dict[str, Any]) -> dict[str, Any]:
    """The template with every policy that was too long for one resource in one piece, in alphabetical order.

    Where the CDK divides it depends on the length of its tokens, hence on how many apps this process made before.
    """
    resources: dict[str, Any] = copy.deepcopy(template["Resources"])
    parts = {
        name for name, item in resources.items() if str(item["Properties"].get("Description")).startswith(_OVERFLOW)
    }
    for name in parts:
        part = resources.pop(name)["Properties"]
        (whole,) = (
            item["Properties"]["PolicyDocument"]
            for item in resources.values()
            if item["Type"] == "AWS::IAM::Policy" and item["Properties"]["Roles"] == part["Roles"]
        )
        whole["Statement"] = sorted(
            [*whole["Statement"], *part["PolicyDocument"]["Statement"]], key=partial(json.dumps, sort_keys=True)
        )
    return {**template, "Resources": resources}


def text_of(template: dict[str, Any]) -> str:
    return json.dumps(normalised(joined(template)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def difference(before: str, after: str) -> str:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), "committed", "now", lineterm="", n=6))
    more = [f"... and {len(lines) - _SHOWN_LINES} more lines"] if len(lines) > _SHOWN_LINES else []
    return "\n".join([*lines[:_SHOWN_LINES], *more])


@pytest.mark.parametrize("app", APPS)
def test_templates_are_as_committed(app, templates_of):
    now = {stack: text_of(template) for stack, template in templates_of(app).items()}
    folder = SNAPSHOTS / app
    if os.environ.get("UPDATE_SNAPSHOTS"):
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.glob("*.json"):
            file.unlink()
        for stack, text in now.items():
            (folder / f"{stack}.json").write_text(text, encoding="utf-8")
    committed = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.json")}
    assert sorted(now) == sorted(committed), "stacks came or went; 'make snapshots' commits that"
    differences = [difference(committed[stack], text) for stack, text in now.items() if text != committed[stack]]
    if differences:
        pytest.fail("\n\n".join(["if this change is meant, run 'make snapshots':", *differences]), pytrace=False)


def test_no_snapshot_is_left_over():
    assert sorted(folder.name for folder in SNAPSHOTS.iterdir()) == sorted(APPS)


def test_a_difference_shows_the_lines_that_changed():
    before = text_of({"Resources": {"Schedule": {"Properties": {"ScheduleExpression": "cron(0 * ? * * *)"}}}})
    after = text_of({"Resources": {"Schedule": {"Properties": {"ScheduleExpression": "cron(0 3 ? * * *)"}}}})
    assert '-    "ScheduleExpression": "cron(0 * ? * * *)"' in difference(before, after)
    assert '+    "ScheduleExpression": "cron(0 3 ? * * *)"' in difference(before, after)


def test_only_the_content_of_assets_is_left_out():
    template = {
        "Key": f"{'0a' * 32}.zip",
        "Name": {"Fn::Join": ["-", ["m-0123abcd", {"Fn::GetAtt": ["B", "Fingerprint"]}]]},
    }
    assert normalised(template) == {
        "Key": "<asset>.zip",
        "Name": {"Fn::Join": ["-", ["m-<digest>", {"Fn::GetAtt": ["B", "Fingerprint"]}]]},
    }
