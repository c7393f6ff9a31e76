"""What only the construct library can tell is told like everything else: with line and path, all at once."""

from __future__ import annotations

import pytest

from stacks.problems import InvalidConfigurationError

REGION = """\
endpoints:
  churn:
    capture: s3://records/capture
    environment: {account: "123456789012", region: af-south-1}
    data_quality:
      baseline: {dataset: s3://training/train.csv}
"""
MONITORS = """\
  credit:
    capture: s3://records/capture
    data_quality:
      - name: Window
        baseline: {dataset: s3://training/train.csv}
        schedule: {once: {start_hours_before: 30}}
      - name: Runtime
        baseline: {dataset: s3://training/train.csv}
        compute: {max_runtime_minutes: 120}
      - name: Silence
        baseline: {dataset: s3://training/train.csv}
        alarms: {silence_after: 400}
      - name: Script
        baseline: {dataset: s3://training/train.csv}
        preprocessor: empty.py
      - name: Both
        baseline: {dataset: s3://training/train.csv}
        preprocessor: empty.py
        categorical: auto
      - name: Metrics
        baseline: {dataset: s3://training/train.csv}
        constraints: {emit_metrics: false}
        alarms: {drift: {age: 0.2}}
"""


def test_everything_that_the_library_refuses_is_listed(synthesise_text, tmp_path):
    (tmp_path / "empty.py").write_text("", encoding="utf-8")
    with pytest.raises(InvalidConfigurationError) as caught:
        synthesise_text(REGION + MONITORS)
    told = [(problem.line, ".".join(map(str, problem.path)), problem.got) for problem in caught.value.problems]
    monitors = "endpoints.credit.data_quality"
    assert told == [
        (5, "endpoints.churn.data_quality", "region 'af-south-1', which has no CloudFormation type for monitors"),
        (12, f"{monitors}.0.schedule", "a window from 30 h to 0 h before the run"),
        (13, f"{monitors}.1", "max_runtime of 7200 seconds with the schedule cron(0 * ? * * *)"),
        (16, f"{monitors}.2", "silence_after=400 with a run every 1 hours"),
        (19, f"{monitors}.3", f"script '{tmp_path}/empty.py' without a function preprocess_handler"),
        (22, f"{monitors}.4", "categorical together with a preprocessor"),
        (26, f"{monitors}.5", "alarms on features together with emit_metrics=False"),
    ]
