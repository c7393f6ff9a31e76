"""The contract of the process: environment variables in, files, exit message and exit code out."""

import pytest


def test_a_baseline_and_a_monitoring_run_as_processes(process, table, captures, record):
    baseline = process(table("train.csv", "label,x", *(f"{i % 2},{i / 3}" for i in range(300))), "csv")
    assert (baseline.code, baseline.message) == (0, "Completed: Job completed successfully with no violations.")
    output = baseline.folder / "output"
    run = process(
        captures([record(str(i % 2), f"{i / 3 + 200}\n") for i in range(300)]),
        "capture",
        baseline_constraints=output / "constraints.json",
        baseline_statistics=output / "statistics.json",
        publish_cloudwatch_metrics="Enabled",
        sagemaker_endpoint_name="endpoint",
        sagemaker_monitoring_schedule_name="schedule",
        start_time="2026-01-01T10:00:00Z",
        end_time="2026-01-01T11:00:00Z",
        monitoring_input_type="ENDPOINT_INPUT",
        sagemaker_endpoint_datacapture_prefix="s3://bucket/capture",
    )
    assert run.code == 0
    assert run.message == "CompletedWithViolations: Job completed successfully with 1 violations."
    assert run.message in run.log
    assert [violation["feature_name"] for violation in run.violations] == ["x"]
    assert {path.name for path in (run.folder / "output").iterdir()} == {
        "statistics.json",
        "constraints.json",
        "constraint_violations.json",
    }
    assert run.metrics


def test_a_failure_leaves_one_line_in_message_file_and_log(process, tmp_path):
    done = process(tmp_path / "nowhere", "csv")
    assert done.code == 1
    assert done.message == f"Exception performing analysis: dataset_source {tmp_path / 'nowhere'} does not exist"
    assert done.message in done.log.splitlines()
    assert "Traceback" not in done.log


def test_an_error_in_a_script_leaves_its_traceback_in_the_log(process, table):
    script = table("preprocessor.py", "def preprocess_handler(line):", "    return {'n': 1 / int(line)}")
    done = process(table("a.csv", "n", "0"), "csv", record_preprocessor_script=script)
    assert done.code == 1
    assert "ZeroDivisionError" in done.message
    assert "Traceback (most recent call last)" in done.log


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"dataset_source": "", "output_path": ""}, "the environment lacks dataset_source, output_path"),
        ({"dataset_format": "{}"}, "dataset_format '{}' is not a known format"),
        ({"dataset_format": "csv"}, "dataset_format 'csv' is not a known format"),
        ({"dataset_format": '{"avro": {}}'}, 'expected {"csv": {"header": true}}'),
        ({"dataset_format": '{"json": {"lines": false}}'}, "is not a known format"),
        ({"dataset_format": '{"csv": {}, "parquet": {}}'}, "is not a known format"),
        (
            {"dataset_format": '{"sagemakerCaptureJson": {"captureIndexNames": ["endpoint"]}}'},
            "captureIndexNames is ['endpoint'], expected endpointInput or endpointOutput or both",
        ),
        ({"analysis_type": "MODEL_BIAS"}, "analysis_type is 'MODEL_BIAS', expected one of DATA_QUALITY, MODEL_QUALITY"),
        ({"start_time": "yesterday"}, "start_time 'yesterday' is not a time like 2026-01-31T08:00:00Z"),
        ({"baseline_constraints": "/nowhere"}, "baseline_constraints names /nowhere, which is not a file"),
        ({"categorical_drift_method": "PSI"}, "categorical_drift_method 'PSI' is not LInfinity or ChiSquared"),
        ({"publish_cloudwatch_metrics": "Enabled"}, "lacks sagemaker_monitoring_schedule_name"),
    ],
)
def test_variables_that_cannot_be_understood_are_named(job, table, variables, message):
    done = job(table("a.csv", "a", "1"), "csv", **variables)
    assert done.code == 1
    assert message in done.message


def test_the_exit_message_fits_the_field_of_the_service(job, table):
    script = table("s.py", "def preprocess_handler(line):", "    raise ValueError('long ' * 1000)")
    done = job(table("a.csv", "a", "1"), "csv", record_preprocessor_script=script)
    assert len(done.message) == 1024
