"""README and guides: every block of Python runs, calls in the text exist, and every link has a target."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_events_targets as targets,
    aws_s3 as s3,
    aws_sagemaker as sagemaker,
    aws_sns_subscriptions as subscriptions,
    aws_stepfunctions as stepfunctions,
)
from botocore.awsrequest import AWSResponse

import capture_writer
import capture_writer.s3_folder
import model_monitor
from model_monitor import Baseline, DataCapture, DatasetFormat, EndpointMonitoring, MonitoredEndpoint, S3Location

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [*GUIDES, ROOT / "sandbox/README.md", ROOT / "lambda/README.md"]
LIBRARIES = {name: getattr(library, name) for library in (model_monitor, capture_writer) for name in library.__all__}
COMMANDS = [*DOCUMENTS, ROOT / "monitoring.yaml", *sorted((ROOT / "examples").rglob("*.yaml"))]

# How what a guide defines is used.
USES = {
    "capture-writer.md": [
        "predict([34.0, 1200.5], 'request-1')",
        "writer.close()",
        "assert writer.metrics.written == 1",
    ],
    "preprocessors.md": ["test_the_script_flattens_orders()"],
}

# Those that the guides name.
_COLUMNS = "default_probability,age,income,loan_term,amount,defaulted\n0.1,34,1000,12,500,0\n"


def name_of(document):
    return str(document.relative_to(ROOT)) if isinstance(document, Path) else None


def python_blocks(document):
    return re.findall(r"^```python\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def prose(document):
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def files_of_a_reader(tmp_path, monkeypatch):
    """The files that blocks name."""
    for name in ("train.csv", "validated.csv", "features.csv"):
        (tmp_path / name).write_text(_COLUMNS, encoding="utf-8")
    shutil.copy(ROOT / "preprocessors/scripts/flatten_json_lines.py", tmp_path / "my_script.py")
    captured = {
        "captureData": {
            direction: {"data": json.dumps(data), "encoding": "JSON", "observedContentType": "application/json"}
            for direction, data in (("endpointInput", {"age": 34}), ("endpointOutput", {"score": 0.7}))
        },
        "eventMetadata": {"eventId": "event-1", "inferenceTime": "2026-11-21T04:26:34Z"},
        "eventVersion": "0",
    }
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/captured.jsonl").write_text(json.dumps(captured) + "\n", encoding="utf-8")
    features = [{"name": name, "inferred_type": "Fractional", "completeness": 1.0} for name in ("score", "age")]
    constraints = {"version": 0.0, "features": features, "monitoring_config": {}}
    (tmp_path / "tests/constraints.json").write_text(json.dumps(constraints), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def s3_of_a_reader(monkeypatch):
    """A real client, whose network takes everything."""
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")

    def take(request, **_):
        return AWSResponse(request.url, 200, {}, SimpleNamespace(stream=lambda **_: iter(())))

    client.meta.events.register("before-send.s3.PutObject", take)
    monkeypatch.setattr(capture_writer.s3_folder, "_default_client", lambda: client)


@pytest.fixture
def names_of_a_reader(files_of_a_reader):
    """What a reader has already: imports, a stack with an endpoint, and the objects that a guide is about."""
    stack = cdk.Stack(cdk.App(), "Reader")
    bucket = s3.Bucket(stack, "Bucket")
    capture = DataCapture.to(bucket)
    endpoint_config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[])
    capture.apply_to(endpoint_config)
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=endpoint_config.attr_endpoint_config_name)
    baseline = Baseline.from_dataset(S3Location.of(bucket, "train.csv"), DatasetFormat.csv())
    monitoring = EndpointMonitoring(
        stack, "Monitoring", endpoint=MonitoredEndpoint.from_endpoint(endpoint, capture=capture)
    )
    app = cdk.App()
    other = MonitoredEndpoint.from_endpoint_name(
        "churn", capture_location=S3Location.from_uri("s3://churn-records/all")
    )
    return {
        **LIBRARIES,
        "shared_stack": cdk.Stack(app, "Shared"),
        "credit_stack": cdk.Stack(app, "Credit"),
        "churn_stack": cdk.Stack(app, "Churn"),
        "credit": other,
        "churn": other,
        "Duration": cdk.Duration,
        "services": monitoring.services,
        "cloudwatch": cloudwatch,
        "subscriptions": subscriptions,
        "targets": targets,
        "self": stack,
        "bucket": bucket,
        "capture": capture,
        "endpoint": endpoint,
        "baseline": baseline,
        "monitoring": monitoring,
        "monitor": monitoring.add_data_quality("Present", baseline=baseline),
        "retraining": stepfunctions.StateMachine(
            stack, "Retraining", definition_body=stepfunctions.DefinitionBody.from_string("{}")
        ),
        "model": SimpleNamespace(predict=lambda features: 0.7),
        "finished_loans": [SimpleNamespace(request_id="request-1", defaulted=True)],
    }


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if python_blocks(guide)], ids=name_of)
@pytest.mark.usefixtures("s3_of_a_reader")
def test_the_python_of_a_guide_runs(guide, names_of_a_reader):
    names = names_of_a_reader
    for number, block in enumerate(python_blocks(guide), 1):
        exec(compile(block, f"{guide.name}, block {number}", "exec"), names)
    for use in USES.get(guide.name, []):
        exec(use, names)


def calls_in_the_text(document):
    """Inline code that is Python and begins with a name of the libraries, or is a keyword argument of such."""
    for code in re.findall(r"`([^`\n]+)`", prose(document)):
        try:
            tree = ast.parse(code)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call | ast.Attribute):
                yield code, node


def resolve(node):
    """The object that an expression names; None for what is not the libraries'."""
    if isinstance(node, ast.Name):
        return LIBRARIES.get(node.id)
    owner = resolve(node.value) if isinstance(node, ast.Attribute) else None
    return None if owner is None else getattr(owner, node.attr)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_calls_in_the_text_have_names_and_arguments_that_exist(document):
    for code, node in calls_in_the_text(document):
        found = resolve(node.func if isinstance(node, ast.Call) else node)
        if found is not None and isinstance(node, ast.Call):
            unknown = {keyword.arg for keyword in node.keywords} - set(inspect.signature(found).parameters)
            assert unknown == set(), code


def slug(heading):
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_to_files_and_headings_have_a_target(document):
    missing = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(document)):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        headings = re.findall(r"^#+ (.*)$", prose(target), re.MULTILINE) if target.suffix == ".md" else []
        if not target.exists() or (anchor and anchor not in map(slug, headings)):
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("document", COMMANDS, ids=name_of)
def test_the_cdk_cli_is_called_as_the_set_up_installs_it(document):
    # It is in node_modules, which no shell looks into.
    text = document.read_text(encoding="utf-8")
    assert re.findall(r"^.*(?<!npx )\bcdk (?:bootstrap|deploy|destroy|diff|list)\b.*$", text, re.MULTILINE) == []


def test_the_readme_names_folders_and_files_that_exist():
    named = re.findall(r"`([\w./-]+/|\w+\.(?:py|json|yaml))`", prose(ROOT / "README.md"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
