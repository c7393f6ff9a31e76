"""Every Python snippet of the guides runs; those for the CDK become templates, all in one synthesis."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_s3 as s3,
    aws_sagemaker as sagemaker,
    aws_sns_subscriptions as subscriptions,
    aws_stepfunctions as sfn,
)
from constructs import Construct

import model_monitor
from model_monitor import Baseline, DataCapture, DatasetFormat, EndpointMonitoring, MonitoredEndpoint, S3Location
from tests.docs.pages import Block, blocks

SNIPPETS = blocks("python")
# A whole program: tests/package deploys it.
PROGRAMS = [snippet for snippet in SNIPPETS if "cdk.App()" in snippet.text]
# For services and tests of users: no constructs.
PLAIN = [
    snippet for snippet in SNIPPETS if "import CaptureWriter" in snippet.text or "from preprocessors" in snippet.text
]
PLAIN += [snippet for snippet in SNIPPETS if "from capture_writer" in snippet.text and snippet not in PLAIN]
CONSTRUCTS = [snippet for snippet in SNIPPETS if snippet not in PROGRAMS and snippet not in PLAIN]
HANDLER = "def preprocess_handler(inference_record):\n    return []\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that snippets name, in the folder where they run."""
    folder = tmp_path_factory.mktemp("snippets")
    for name in ("train.csv", "validated.csv", "features.csv"):
        (folder / name).write_text(
            "income,age,sex,debt,loan_term,defaulted,default_probability,prediction\n1,2,0,5,4,0,0.1,0\n"
        )
    (folder / "my_script.py").write_text(HANDLER)
    return folder


def surroundings(scope: Construct, snippet: str) -> dict[str, Any]:
    """What snippets take for given: the names that no snippet defines itself."""
    bucket = s3.Bucket(scope, "GivenBucket")
    config = sagemaker.CfnEndpointConfig(
        scope,
        "GivenConfig",
        production_variants=[
            sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                model_name="credit", variant_name="Main", instance_type="ml.m5.large", initial_instance_count=1
            )
        ],
    )
    capture = DataCapture.to(bucket)
    if "apply_to(" not in snippet:
        capture.apply_to(config)
    endpoint = sagemaker.CfnEndpoint(scope, "GivenEndpoint", endpoint_config_name=config.attr_endpoint_config_name)
    given: dict[str, Any] = {name: getattr(model_monitor, name) for name in model_monitor.__all__}
    given |= {"Duration": cdk.Duration, "cloudwatch": cloudwatch, "subscriptions": subscriptions, "targets": targets}
    given |= {"iam": iam, "model_role": iam.Role.from_role_name(scope, "GivenRole", "credit-model")}
    given |= {"self": scope, "bucket": bucket, "endpoint_config": config, "capture": capture, "endpoint": endpoint}
    given["baseline"] = Baseline.from_dataset(S3Location.of(bucket, "train.csv"), DatasetFormat.csv())
    given["retraining"] = sfn.StateMachine(
        scope, "GivenMachine", definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(scope, "GivenPass"))
    )
    if "_stack" in snippet:
        given |= {f"{name}_stack": cdk.Stack(scope, f"{name}-stack") for name in ("shared", "credit", "churn")}
        location = S3Location.of(bucket, "capture")
        given |= {
            name: MonitoredEndpoint.from_endpoint_name(name, capture_location=location) for name in ("credit", "churn")
        }
    elif "monitoring =" not in snippet:
        monitored = MonitoredEndpoint.from_endpoint(endpoint, capture=capture)
        given["monitoring"] = EndpointMonitoring(scope, "Given", endpoint=monitored)
    if "services." in snippet and "services =" not in snippet:
        given["services"] = given["monitoring"].services
    of_a_monitor = "monitor." in snippet and "monitor =" not in snippet
    if of_a_monitor or ("monitoring" in given and "monitoring.on_" in snippet):
        given["monitor"] = given["monitoring"].add_data_quality("GivenMonitor", baseline=given["baseline"])
    return given


def test_the_snippets_for_the_cdk_become_templates(
    files: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(files)
    app = cdk.App(
        outdir=str(tmp_path),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        context={"aws:cdk:disable-asset-staging": True},
    )
    for number, snippet in enumerate(CONSTRUCTS):
        stack = cdk.Stack(app, f"Snippet{number}")
        try:
            exec(compile(snippet.text, snippet.name, "exec"), surroundings(stack, snippet.text))
        except Exception as error:
            error.add_note(f"in the snippet of {snippet.name}")
            raise
        assert [entry for entry in stack.node.metadata if entry.type == "aws:cdk:error"] == [], snippet.name
    app.synth()
    made = [json.loads(file.read_text())["Resources"] for file in tmp_path.glob("*.template.json")]
    monitors = sum(value["Type"].endswith("JobDefinition") for template in made for value in template.values())
    assert monitors >= sum(bool(re.search(r"monitoring\.add_(data|model)_", snippet.text)) for snippet in CONSTRUCTS)


@pytest.mark.parametrize("snippet", PLAIN, ids=lambda snippet: snippet.name)
def test_the_snippets_for_services_run(snippet: Block, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setitem(os.environ, name, "none")
    names: dict[str, Any] = {"finished_loans": []}
    exec(compile(snippet.text, snippet.name, "exec"), names)
    if "writer" in names:
        names["writer"].close()


def test_every_program_is_one_that_another_test_deploys() -> None:
    assert [snippet.name.partition(":")[0] for snippet in PROGRAMS] == ["README.md"]
