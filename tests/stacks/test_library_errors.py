"""What only the construct library can tell is told like everything else: with line and path, all at once."""

from __future__ import annotations

import re

import aws_cdk as cdk
import pytest

from stacks.fleet import make_stacks, synthesise
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
      - name: Guard
        baseline: {dataset: s3://training/train.csv}
        categorical: auto
        guard_records: false
      - name: Metrics
        baseline: {dataset: s3://training/train.csv}
        constraints: {drift_enabled: false}
        alarms: {drift: {age: 0.2}}
      - name: Mutes
        baseline: {dataset: s3://training/train.csv}
        mutes:
          - {features: [age]}
      - name: Zone
        baseline: {dataset: s3://training/train.csv}
        mutes:
          - {from: 2026-11-21T00:00:00Z, until: 2026-11-20T00:00:00Z}
      - name: Title
        baseline: {dataset: s3://training/train.csv}
        mutes:
          - {from: 2026-11-21T00:00:00Z, until: 2026-11-22T00:00:00Z, alarms: [drift of age]}
"""


QUALITY = """\
endpoints:
  credit:
    capture: s3://records/capture
    model_quality:
      - name: Metric
        <<: &quality
          problem: {binary_classification: {inference: 0}}
          ground_truth: s3://records/labels
          baseline: {statistics: s3://records/statistics.json, constraints: s3://records/constraints.json}
        thresholds: {auc: 0.7}
      - name: Alarm
        <<: *quality
        alarms: {metrics: {recal: {worse_by: 0.1}}}
      - name: Tolerance
        <<: *quality
        tolerance: 5
      - name: Coverage
        <<: *quality
        alarms: {minimum_label_coverage: 50}
      - name: Nothing
        <<: *quality
        problem: {binary_classification: {}}
      - name: Window
        <<: *quality
        ground_truth: {location: s3://records/labels, end_offset_hours: 30}
      - name: Dataset
        <<: *quality
        baseline: {dataset: s3://training/train.csv}
      - name: Columns
        <<: *quality
        baseline: {dataset: s3://training/train.csv}
        columns: {ground_truth: defaulted, probability: score}
      - name: Files
        <<: *quality
        baseline: {constraints: s3://records/constraints.json}
      - name: Package
        <<: *quality
        baseline: {model_package: credit/7, files: s3://records/v7}
      - name: Runtime
        <<: *quality
        compute: {max_runtime_minutes: 40}
      - name: Limits
        <<: *quality
        thresholds: {recall: 80}
      - name: AlarmLimits
        <<: *quality
        alarms: {metrics: {recall: {worse_by: 5}}}
"""
BIAS = """\
endpoints:
  credit:
    capture: s3://records/capture
    model_bias:
      - name: Facet
        <<: &bias
          label: defaulted
          label_values: [0]
          facets: [{name: sex, values: [female]}]
          attributes: {inference: 0}
          ground_truth: s3://records/labels
          baseline: {constraints: s3://records/analysis.json}
        alarms: {limits: [{metric: DPPL, facet: sex, maximum: 0.1}, {metric: DPPL, facet: age, maximum: 0.1}]}
      - name: Metric
        <<: *bias
        metrics: [DPPL, CDDPL]
      - name: Position
        <<: *bias
        facets: [{name: -1}]
      - name: Facets
        <<: *bias
        facets: []
      - name: Headers
        <<: *bias
        headers: [age, sex]
      - name: Threshold
        <<: *bias
        attributes: {inference: 0, probability_threshold: 0.4}
      - name: Dataset
        <<: *bias
        headers: [sex, defaulted]
        baseline: {dataset: s3://training/train.csv}
      - name: Names
        <<: *bias
"""
EXPLAINABILITY = """\
endpoints:
  credit:
    capture: s3://records/capture
    model_explainability:
      - name: Isolated
        <<: &explainability
          model: credit-model
          baseline: {dataset: s3://training/train.csv}
        network: {isolation: true}
      - name: Arn
        <<: *explainability
        model: arn:aws:sagemaker:eu-west-1:123456789012:model/credit
      - name: Content
        <<: *explainability
        model: {name: credit, content_type: image/png}
      - name: Rows
        <<: *explainability
        shap: {baseline: [[35, rent], [2]]}
      - name: Threshold
        <<: *explainability
        attributes: {probability: 0, probability_threshold: 0.5}
  fraud:
    capture: {turn_on: {location: s3://records/capture, sampling: 200}}
    data_quality: {baseline: {dataset: s3://training/train.csv}}
"""
ELSEWHERE = """\
served_elsewhere:
  credit:
    capture: s3://records/capture
    model_bias:
      label: defaulted
      label_values: [0]
      facets: [{name: sex, values: [female]}]
      attributes: {inference: 0}
      ground_truth: s3://records/labels
      baseline: {constraints: s3://records/analysis.json}
    model_explainability:
      model: credit-model
      baseline: {constraints: s3://records/analysis.json}
  fraud:
    capture: s3://records/capture
    format: parquet
    data_quality: {baseline: {dataset: s3://training/train.csv}}
"""
BATCH = """\
batch_transforms:
  credit:
    capture: s3://records/capture
    files: [s3://records/inputs]
    format: parquet
    model_quality:
      problem: {regression: {inference: price}}
      ground_truth: s3://records/labels
      baseline: {statistics: s3://records/statistics.json, constraints: s3://records/constraints.json}
"""


def told(synthesise_text, text):
    """Each problem's line, path below the endpoint, and what was got; no fix speaks Python."""
    with pytest.raises(InvalidConfigurationError) as caught:
        synthesise_text(text)
    python = re.compile(r"\w=|\w\(|\bNone\b|\bTrue\b|\bFalse\b|\bpass\b")
    assert [problem.fix for problem in caught.value.problems if python.search(problem.fix)] == []
    return [(problem.line, ".".join(map(str, problem.path[2:])), problem.got) for problem in caught.value.problems]


def test_everything_that_the_library_refuses_is_listed(synthesise_text, tmp_path):
    (tmp_path / "empty.py").write_text("", encoding="utf-8")
    assert told(synthesise_text, REGION + MONITORS) == [
        (5, "data_quality", 'the region "af-south-1", which has no CloudFormation type for monitors'),
        (12, "data_quality.0.schedule", "a window from 30 to 0 hours before the run"),
        (
            15,
            "data_quality.1.compute.max_runtime_minutes",
            "max_runtime_minutes: 120 with the schedule cron(0 * ? * * *)",
        ),
        (18, "data_quality.2.alarms.silence_after", "silence_after: 400 with a run every hour"),
        (19, "data_quality.3", f'the script "{tmp_path}/empty.py" without a function preprocess_handler'),
        (25, "data_quality.4.categorical", "'categorical' together with 'preprocessor'"),
        (29, "data_quality.5.guard_records", "guard_records: false together with 'categorical'"),
        (33, "data_quality.6.alarms.drift.age", 'an alarm on the feature "age" together with drift_enabled: false'),
        (37, "data_quality.7.mutes.0", "a mute without an end"),
        (41, "data_quality.8.mutes.0.until", 'until: "2026-11-20T00:00:00Z"'),
        (45, "data_quality.9.mutes.0", "a mute of the alarm 'drift of age'"),
    ]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        pytest.param(
            QUALITY,
            [
                (10, "model_quality.0.thresholds.auc", 'the metric "auc" for BinaryClassification'),
                (13, "model_quality.1.alarms.metrics.recal", 'the metric "recal" for BinaryClassification'),
                (16, "model_quality.2.tolerance", "tolerance: 5.0"),
                (19, "model_quality.3.alarms.minimum_label_coverage", "minimum_label_coverage: 50.0"),
                (22, "model_quality.4.problem", "neither an inference nor a probability attribute"),
                (
                    25,
                    "model_quality.5.ground_truth.end_offset_hours",
                    "end_offset_hours: 30 with start_offset_hours: 0 and a run every hour",
                ),
                (26, "model_quality.6", "a baseline dataset without columns"),
                (32, "model_quality.7.columns", "the inference of the captured records, but none of the dataset"),
                (35, "model_quality.8.baseline", "a baseline of files without statistics"),
                (38, "model_quality.9.baseline.model_package", 'model_package: "credit/7"'),
                (
                    41,
                    "model_quality.10.compute.max_runtime_minutes",
                    "max_runtime_minutes: 40 with the schedule cron(0 * ? * * *)",
                ),
                (44, "model_quality.11.thresholds.recall", 'a limit of 80 for the metric "recall"'),
                (
                    47,
                    "model_quality.12.alarms.metrics.recall",
                    'a limit of 5 worse than the baseline\'s value for the metric "recall"',
                ),
            ],
            id="quality",
        ),
        pytest.param(
            BIAS,
            [
                (13, "model_bias.0.alarms.limits.1.facet", 'the facet "age"'),
                (14, "model_bias.1", 'the bias metric "CDDPL" without a group variable'),
                (19, "model_bias.2.facets.0", "-1 as the facet attribute"),
                (22, "model_bias.3.facets", "1 label values and 0 facets"),
                (25, "model_bias.4.headers", "the columns 'defaulted' with the headers 'age', 'sex'"),
                (
                    28,
                    "model_bias.5.attributes.probability_threshold",
                    "a probability threshold of 0.4 without a probability",
                ),
                (29, "model_bias.6", "a baseline dataset without a column of predictions"),
                (33, "model_bias.7", "the columns 'sex' without headers"),
            ],
            id="bias",
        ),
        pytest.param(
            EXPLAINABILITY,
            [
                (9, "model_explainability.0.network.isolation", "an isolated network for jobs that call the model"),
                (12, "model_explainability.1.model", 'name: "arn:aws:sagemaker:eu-west-1:123456789012:model/credit"'),
                (15, "model_explainability.2.model.content_type", 'content_type: "image/png"'),
                (18, "model_explainability.3.shap.baseline", "a SHAP baseline whose rows have 1, 2 values"),
                (
                    21,
                    "model_explainability.4.attributes.probability_threshold",
                    "attributes.probability_threshold: 0.5",
                ),
                (23, "capture.turn_on.sampling", "sampling: 200"),
            ],
            id="explainability",
        ),
        pytest.param(
            ELSEWHERE,
            [
                (4, "model_bias", "the columns 'sex' without headers"),
                (16, "format", "format: parquet"),
            ],
            id="elsewhere",
        ),
        pytest.param(
            BATCH,
            [
                (6, "model_quality", "Parquet predictions for a monitor that compares them with labels"),
            ],
            id="batch",
        ),
    ],
)
def test_it_is_refused_where_the_mistake_is(synthesise_text, text, refused):
    assert told(synthesise_text, text) == refused


def test_columns_of_a_local_file_are_missed_where_they_are_named(synthesise_text, tmp_path):
    (tmp_path / "scored.csv").write_text("sex,prediction,defaulted\nfemale,1,0\n", encoding="utf-8")
    text = """\
endpoints:
  credit:
    capture: s3://records/capture
    model_bias:
      label: approved
      label_values: [1]
      facets: [{name: sex, values: [female]}]
      headers: [sex, approved]
      attributes: {inference: 0}
      ground_truth: s3://labels/credit
      predicted_label: prediction
      baseline: {file: scored.csv}
"""
    assert told(synthesise_text, text) == [(5, "model_bias.label", 'the column "approved"')]


def test_more_resources_than_a_stack_may_have_are_told_with_the_model(write, tmp_path):
    text = """\
endpoints:
  credit:
    capture: s3://records/capture
    services: own
    data_quality:
      baseline: {dataset: s3://training/train.csv}
"""
    limited = {"config": str(write(text)), "@aws-cdk/core:stackResourceLimit": 10}
    with pytest.raises(InvalidConfigurationError) as caught:
        synthesise(cdk.App(context=limited, outdir=str(tmp_path / "cdk.out")))
    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (2, ("endpoints", "credit"))
    assert "TooManyResourcesInStack" in problem.got
    assert "make fewer alarms" in problem.fix


LATE_ALARM = """\
endpoints:
  churn:
    capture: s3://records/capture
    data_quality:
      baseline: {dataset: s3://training/train.csv}
      alarms:
        drift: {age: 0.3}
"""


def test_what_the_library_warns_of_is_said_with_line_and_key(write):
    file = write(LATE_ALARM)
    app = cdk.App(context={"config": str(file)})
    make_stacks(app)
    warnings = [
        (node.node.path, entry.data)
        for node in app.node.find_all()
        for entry in node.node.metadata
        if entry.type == "aws:cdk:warning"
    ]
    assert warnings == [
        (
            "ModelMonitoring-churn",
            f'{file}:7: endpoints.churn.data_quality.alarms.drift.age: got an alarm at a drift of 0.3 for "age"; '
            "expected 0.1, the drift threshold of the constraints: a run reports a violation beyond it, and any "
            "violation goes into ALARM; add drift_threshold: 0.3 to the constraints of the feature, or use "
            "alarms.any_violation: false [ack: model-monitor:alarmAboveConstraint:DataQuality]",
        )
    ]
