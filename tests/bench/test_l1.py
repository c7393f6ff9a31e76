"""What constructs are measured against has the same resources as they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk.assertions import Template

from bench.apps import add_endpoint
from bench.l1 import add_resources

if TYPE_CHECKING:
    from pathlib import Path


def test_l1_classes_make_the_same_resources(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    add_endpoint(app, 0, 4)
    monitored = Template.from_stack(cdk.Stack.of(app.node.find_child("Monitoring0"))).to_json()
    copy = cdk.Stack()
    add_resources(copy, monitored)
    made = Template.from_stack(copy).to_json()["Resources"]
    assert {name: each.get("Properties") for name, each in made.items()} == {
        name: each.get("Properties") for name, each in monitored["Resources"].items()
    }
