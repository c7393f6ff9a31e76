"""The folder that stands for a job's container, what lands where in it, and what is read from it."""

import json
from pathlib import Path

import pytest

from sandbox.sagemaker.jobs import container, metrics
from sandbox.sagemaker.jobs.folder import JobFolder
from sandbox.sagemaker.s3_objects import relative_key

IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"


@pytest.mark.parametrize(
    ("prefix", "key", "path"),
    [
        ("data/train.csv", "data/train.csv", "train.csv"),
        ("data", "data/2026/a.csv", "2026/a.csv"),
        ("data/", "data/a.csv", "a.csv"),
        ("data/tr", "data/train.csv", "train.csv"),
        ("", "a/b.csv", "a/b.csv"),
        ("da", "data/a.csv", "data/a.csv"),
    ],
)
def test_objects_land_below_the_inputs_folder(prefix: str, key: str, path: str) -> None:
    assert relative_key(prefix, key) == path


def test_paths_of_the_container_lie_in_the_folder() -> None:
    with JobFolder() as folder:
        assert folder.local("/opt/ml/processing/input") == folder.root / "processing/input"
        assert folder.rewrite("/opt/ml/processing/input") == f"{folder.root}/processing/input"
        assert folder.rewrite("Enabled") == "Enabled"
        assert folder.as_container(f"{folder.root}/processing/a.csv is empty") == "/opt/ml/processing/a.csv is empty"
    assert not folder.root.exists()


def test_a_path_cannot_leave_the_container() -> None:
    with JobFolder() as folder, pytest.raises(ValueError, match="leads out of the container"):
        folder.local("/opt/ml/processing/../../../etc/passwd")


def test_the_job_is_described_to_its_container() -> None:
    output = {"OutputName": "o", "S3Output": {"S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/output"}}
    job = {
        "ProcessingJobName": "job",
        "ProcessingOutputConfig": {"Outputs": [output]},
        "Environment": {"output_path": "/opt/ml/processing/output"},
    }
    with JobFolder() as folder:
        folder.prepare(job)
        described = json.loads((folder.root / "config/processingjobconfig.json").read_text())
        assert described["Environment"] == {"output_path": f"{folder.root}/processing/output"}
        assert described["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["LocalPath"] == (
            f"{folder.root}/processing/output"
        )
        assert json.loads((folder.root / "config/resourceconfig.json").read_text()) == {
            "current_host": "algo-1",
            "hosts": ["algo-1"],
        }
        assert (folder.root / "processing/output").is_dir()


def test_the_exit_message_is_the_first_kilobyte() -> None:
    with JobFolder() as folder:
        folder.prepare({})
        assert folder.exit_message() is None
        folder.message_file.write_text("x" * 2000)
        assert folder.exit_message() == "x" * 1024


def test_an_image_that_cannot_run_is_refused_with_those_that_can() -> None:
    assert container.refusal({"AppSpecification": {"ImageUri": IMAGE}}) is None
    assert container.refusal({"AppSpecification": {"ImageUri": f"{IMAGE}:latest"}}) is None
    refused = container.refusal({"AppSpecification": {"ImageUri": "account/some-image:1"}})
    assert refused is not None
    assert "some-image" in refused
    assert "it runs sagemaker-clarify-processing, sagemaker-model-monitor-analyzer" in refused
    entry = {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3"]}
    assert "entry point" in (container.refusal({"AppSpecification": entry}) or "")


@pytest.mark.parametrize(
    ("environment", "namespace"),
    [
        ({"monitoring_input_type": "ENDPOINT_INPUT"}, "aws/sagemaker/Endpoints/data-metrics"),
        ({}, "aws/sagemaker/ModelMonitoring/data-metrics"),
        (
            {"monitoring_input_type": "ENDPOINT_INPUT", "analysis_type": "MODEL_QUALITY"},
            "aws/sagemaker/Endpoints/model-metrics",
        ),
    ],
)
def test_metrics_belong_to_what_was_analysed(environment: dict[str, str], namespace: str) -> None:
    assert metrics.namespace({"Environment": environment}) == namespace


@pytest.mark.parametrize(
    "line", ["{", "{}", '{"MetricName": "m", "Dimensions": [], "Timestamp": "2026-01-01T00:00:00Z"}']
)
def test_a_broken_metric_file_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text("\n" + line + "\n")
    with pytest.raises(metrics.MetricFileError, match=r"metrics\.jsonl line 2"):
        metrics.publish({}, tmp_path)
