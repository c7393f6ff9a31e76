"""Templates as cfn-lint and cdk-nag (AWS Solutions) see them."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk import App, Stack, aws_s3 as s3

from tests.cfn_lint import complaints

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATIONS = [
    "monitoring.yaml",
    *(f"examples/configurations/{file.name}" for file in sorted((ROOT / "examples/configurations").glob("*.yaml"))),
]
EXAMPLES = sorted(app.parent.name for app in (ROOT / "examples").glob("*/app.py"))


def complaints_about(files: list[Path]) -> list[str]:
    return [complaint for file in files for complaint in complaints(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("config", CONFIGURATIONS)
def test_configurations_are_clean_for_cfn_lint(config, assembly_of):
    assert complaints_about(assembly_of(config).template_files) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_clean_for_cfn_lint(example, example_assembly_of):
    assert complaints_about(example_assembly_of(example).template_files) == []


def test_cfn_lint_would_find_something():
    bad = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Nam": "x"}}}}'
    assert any("Nam" in complaint for complaint in complaints(bad))


@pytest.mark.parametrize("config", CONFIGURATIONS)
def test_configurations_are_clean_for_cdk_nag(config, assembly_of):
    assert assembly_of(config).findings == ""


def test_cdk_nag_would_find_something(synthesise_text):
    def add_open_bucket(app: App) -> None:
        s3.Bucket(Stack(app, "Other"), "Open")

    text = (ROOT / "monitoring.yaml").read_text(encoding="utf-8")
    findings = synthesise_text(text, also=add_open_bucket).findings
    assert "AwsSolutions-S1'" in findings
    assert "AwsSolutions-S10'" in findings
    assert "ModelMonitoring-credit-risk" not in findings
