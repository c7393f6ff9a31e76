"""The app as the CDK CLI starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run_app(tmp_path):
    def run(config: str | None) -> subprocess.CompletedProcess[str]:
        context = {} if config is None else {"config": config}
        environment = {
            **os.environ,
            # What activation does: the virtual environment has the Node that jsii supports.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        }
        return subprocess.run(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_a_wrong_file_ends_the_app_with_one_message_and_no_traceback(run_app, tmp_path):
    file = tmp_path / "other.yaml"
    file.write_text("endpoint: {}\ndefaults: {tags: 1}\n", encoding="utf-8")
    done = run_app(str(file))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"{file}:1: endpoint\n"
        "  got       the unknown key 'endpoint'\n"
        "  expected  one of defaults, endpoints, batch_transforms, served_elsewhere\n"
        "  fix       did you mean 'endpoints'?\n"
        "\n"
        f"{file}:2: defaults.tags\n"
        "  got       1\n"
        "  expected  a mapping (key: value)\n"
        "  fix       docs/configuration.md shows what belongs there\n"
        "\n"
        f"2 problems in {file}: no stack was synthesised\n"
    )


def test_without_a_choice_the_app_reads_monitoring_yaml_and_prints_nothing(run_app, tmp_path):
    done = run_app(None)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "cdk.out/ModelMonitoring-credit-risk.template.json").is_file()


def test_feature_flags_are_those_that_the_cli_recommends():
    template = ROOT / "node_modules/aws-cdk/lib/init-templates/.recommended-feature-flags.json"
    recommended = json.loads(template.read_text(encoding="utf-8"))
    assert json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"] == recommended
