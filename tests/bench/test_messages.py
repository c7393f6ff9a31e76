"""How much a further endpoint has to say to the CDK's process: most of what it costs, and the same on every machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from jsii._kernel.providers.process import _NodeProcess

from bench.apps import add_endpoint

_MODELS = 3


@pytest.mark.parametrize(("monitors", "limit"), [(1, 250), (4, 520)])
def test_a_further_endpoint_costs_few_messages(
    monitors: int, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sent = 0
    send = _NodeProcess.send

    def count(self: _NodeProcess, *arguments: Any) -> Any:
        nonlocal sent
        sent += 1
        return send(self, *arguments)

    monkeypatch.setattr(_NodeProcess, "send", count)
    # Where it is imported, the reasons of findings are sent too.
    monkeypatch.delitem(sys.modules, "cdk_nag", raising=False)
    app = cdk.App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    for number in range(_MODELS):
        sent = 0  # what the first one makes for all is not counted
        add_endpoint(app, number, monitors)
    made, sent = sent, 0
    app.synth()
    assert made + sent / _MODELS <= limit
