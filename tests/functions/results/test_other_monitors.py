"""Model quality, bias and explainability: their messages, and runs that have two jobs."""

import pytest

QUALITY = [
    {
        "constraint_check_type": "GreaterThanThreshold",
        "description": "Metric falsePositiveRate with 0.3 +/- 0.01 was GreaterThanThreshold '0.2'",
        "metric_name": "falsePositiveRate",
    },
    {
        "constraint_check_type": "LessThanThreshold",
        "description": "Metric recall with 0.2 +/- 0.01 was LessThanThreshold '0.8'",
        "metric_name": "recall",
    },
]
BIAS = [
    {
        "constraint_check_type": "bias_drift_check",
        "description": "Metric value 0.4 doesn't meet the baseline constraint requirement 0.25",
        "facet": "Sex",
        "facet_value": "F",
        "metric_name": "DPPL",
    }
]
ATTRIBUTION = [
    {
        "constraint_check_type": "feature_attribution_drift_check",
        "description": "Feature attribution drift 0.72 exceeds threshold 0.9",
        "label": "label0",
        "metric_name": "shap",
    }
]


@pytest.mark.parametrize(
    ("kind", "job", "violations", "subject", "parts"),
    [
        (
            "ModelQuality",
            "model-quality-monitoring",
            QUALITY,
            "credit-risk: 2 violations; worst: recall, too low 0.2 (limit 0.8)",
            ("The model quality monitor found", "METRIC", "too low, too high: The model is worse"),
        ),
        (
            "ModelBias",
            "model-bias-monitoring",
            BIAS,
            "credit-risk: 1 violation; worst: DPPL of Sex=F, bias 0.4 (limit 0.25)",
            ("The model bias monitor found", "METRIC OF GROUP", "bias: The model treats this group differently"),
        ),
        (
            "ModelExplainability",
            "model-explainability-monitoring",
            ATTRIBUTION,
            "credit-risk: 1 violation; worst: label0, attribution drift 0.72 (limit 0.9)",
            ("The model explainability monitor found", "LABEL", "attribution drift: Other features drive"),
        ),
    ],
    ids=["quality", "bias", "explainability"],
)
def test_a_message_says_what_moved_and_what_to_do(*, runs, aws, watch_as, kind, job, violations, subject, parts):
    watch_as(kind)
    runs.handle(runs.event(runs.add("CompletedWithViolations", violations=violations, job=job)))
    (message,) = aws.messages
    assert message["Subject"] == subject
    text = " ".join(message["Message"].split())
    for part in parts:
        assert part in text


def test_a_merge_job_that_fails_ends_the_run_and_the_sweep_tells(runs, aws, metrics, watch_as):
    watch_as("ModelQuality")
    name = runs.add("Failed", job="groundtruth-merge", reason="AlgorithmError: no such bucket")
    assert runs.handle(runs.event(name)) == {"handled": 0}
    assert runs.handle({"sweep": True}) == {"handled": 1}
    assert metrics()["FailedExecutions"] == 1
    assert aws.messages[0]["Subject"] == "credit-risk: the model quality monitor failed"


def test_a_run_is_counted_once_although_it_has_two_jobs(runs, aws, metrics, watch_as):
    watch_as("ModelQuality")
    analysis = runs.add("Completed", job="model-quality-monitoring")
    merge = runs.event(analysis, ProcessingJobName=analysis.replace("model-quality-monitoring", "groundtruth-merge"))
    assert runs.handle(merge) == {"handled": 0}
    assert runs.handle(runs.event(analysis)) == {"handled": 1}
    assert runs.handle({"sweep": True}) == {"handled": 0}
    assert metrics()["Executions"] == 1


def test_a_one_time_run_is_reported_under_its_own_name(runs, aws):
    name = runs.add("Failed", reason="AlgorithmError")
    arn = "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/credit-data-quality-run-20261121030000"
    assert runs.handle(runs.event(name, MonitoringScheduleArn=arn)) == {"handled": 1}
    assert aws.metrics[0]["Dimensions"][1]["Value"] == "Credit-data-quality-run-20261121030000"
    assert "Credit-data-quality-run-20261121030000" in aws.messages[0]["Message"]


def test_a_monitor_of_batch_transform_has_no_endpoint(runs, aws):
    runs.register(type="ModelQuality", endpoint=None, title="batch transform jobs")
    name = runs.add("CompletedWithViolations", violations=QUALITY)
    runs.handle(runs.event(name))
    assert aws.metrics[0]["Dimensions"] == [{"Name": "MonitoringSchedule", "Value": "Credit-data-quality"}]
    (message,) = aws.messages
    assert message["Subject"].startswith("Credit-data-quality: 2 violations")
    assert "the traffic of batch transform jobs between" in " ".join(message["Message"].split())
