from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, Stack, Token
from aws_cdk.assertions import Template

from model_monitor import (
    Baseline,
    MetricLimit,
    ModelQualityAlarms,
    MonitorCompute,
    MonitorSchedule,
    ProblemType,
    QualityColumns,
    S3Location,
)

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_DEFINITION = "AWS::SageMaker::ModelQualityJobDefinition"
_BASELINE = "Custom::ModelMonitorBaseline"
_FILES = Baseline.from_files(
    constraints=S3Location.from_uri("s3://lake/constraints.json"),
    statistics=S3Location.from_uri("s3://lake/statistics.json"),
)
_PACKAGE = Baseline.from_model_package("fraud", files=S3Location.from_uri("s3://registry/fraud"))


def test_runs_join_predictions_and_labels(kit: Kit, quality_template: Template) -> None:
    definition = kit.properties(quality_template, _DEFINITION)
    assert definition["ModelQualityJobInput"] == {
        "EndpointInput": {
            "EndpointName": "fraud-prod",
            "LocalPath": "/opt/ml/processing/input/endpoint",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "ProbabilityAttribute": "0",
            "ProbabilityThresholdAttribute": 0.5,
            "StartTimeOffset": "-PT6H",
            "EndTimeOffset": "-PT6H",
        },
        "GroundTruthS3Input": {"S3Uri": "s3://labels/fraud"},
    }
    assert definition["ModelQualityAppSpecification"]["ProblemType"] == "BinaryClassification"
    (baseline,) = kit.resources(quality_template, _BASELINE)
    assert definition["ModelQualityBaselineConfig"] == {
        "ConstraintsResource": {"S3Uri": {"Fn::GetAtt": [baseline, "ConstraintsUri"]}}
    }
    schedule = kit.properties(quality_template, "AWS::SageMaker::MonitoringSchedule")["MonitoringScheduleConfig"]
    assert schedule["MonitoringType"] == "ModelQuality"


def test_the_two_jobs_of_an_hourly_run_have_half_an_hour(kit: Kit, quality_template: Template) -> None:
    definition = kit.properties(quality_template, _DEFINITION)
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": 1800}


def test_refuses_a_longer_run_on_an_hourly_schedule(kit: Kit, refused: Refused) -> None:
    with refused("max_runtime=Duration.minutes(31)", "at most 30 minutes"):
        kit.model_quality(compute=MonitorCompute(max_runtime=Duration.minutes(31)))


def test_the_baseline_job_is_told_the_problem_by_the_names_of_columns(kit: Kit, quality_template: Template) -> None:
    properties = kit.properties(quality_template, _BASELINE)
    assert properties["MonitorType"] == "ModelQuality"
    assert kit.json(properties["Problem"]) == {
        "type": "BinaryClassification",
        "probability_attribute": "score",
        "probability_threshold": 0.5,
        "ground_truth_attribute": "fraud",
    }
    assert kit.json(properties["Overrides"]) == {
        "tolerance": 0.05,
        "margins": {"auc": 0.02},
        "constraints": {"precision": {"threshold": 0.7}, "recall": {"threshold": 0.5}},
    }
    assert kit.json(properties["Metrics"]) == ["false_positive_rate", "recall"]
    assert not {"Features", "MeanShift", "Categorical"} & set(properties)


def test_the_role_reads_labels_and_pulls_both_images(kit: Kit, quality_template: Template) -> None:
    assert "arn:<AWS::Partition>:s3:::labels/fraud/*" in kit.allowed(
        quality_template, "ModelQualityRole", "s3:GetObject"
    )
    repositories = kit.allowed(quality_template, "ModelQualityRole", "ecr:BatchGetImage")
    assert [arn.rpartition("/")[2] for arn in repositories] == [
        "sagemaker-model-monitor-analyzer",
        "sagemaker-model-monitor-groundtruth-merger",
    ]


@pytest.mark.parametrize(
    ("metric", "operator", "threshold"),
    [("recall", "LessThanThreshold", -0.05), ("falsepositiverate", "GreaterThanThreshold", 0.02)],
)
def test_an_alarm_compares_with_the_baseline_s_value_in_the_direction_of_the_metric(
    metric: str, operator: str, threshold: float, kit: Kit, quality_template: Template
) -> None:
    alarm = kit.alarm(quality_template, f"Quality{metric}")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (operator, threshold)
    (baseline,) = kit.resources(quality_template, _BASELINE)
    (expression,) = [found for found in alarm["Metrics"] if "Expression" in found]
    name = {"recall": "recall", "falsepositiverate": "false_positive_rate"}[metric]
    assert kit.flat(expression["Expression"]) == f"live - (<{baseline}.Metric.{name}>)"
    (live,) = kit.watched(alarm)
    assert (live["namespace"], live["name"], live["dimensions"]["Metric"]) == ("ModelMonitoring", "ModelQuality", name)


def test_an_alarm_at_a_number_needs_nothing_of_the_baseline(kit: Kit, quality_template: Template) -> None:
    alarm = kit.alarm(quality_template, "Qualityauc")
    (live,) = kit.watched(alarm)
    assert (live["dimensions"]["Metric"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "auc",
        "LessThanThreshold",
        0.8,
    )


def test_labels_that_take_days_do_not_keep_alarms_from_seeing_the_metric(kit: Kit, stack: Stack) -> None:
    # Our own data points carry the time at which a run was handled, however old its traffic is.
    week = kit.ground_truth(start_offset=Duration.days(7), end_offset=Duration.days(7))
    kit.model_quality(stack, ground_truth=week, alarms=ModelQualityAlarms(metrics={"recall": MetricLimit.at(0.8)}))
    alarm = kit.alarm(Template.from_stack(stack), "Qualityrecall")
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["TreatMissingData"]) == (1, 1, "ignore")


def test_metrics_of_alarms_are_those_that_are_published(kit: Kit, quality_template: Template) -> None:
    (document,) = kit.registered(quality_template).values()
    assert document["metrics"] == {"quality": ["recall", "false_positive_rate", "auc"]}


def test_missing_labels_have_an_alarm_of_their_own(kit: Kit, quality_template: Template) -> None:
    alarm = kit.alarm(quality_template, "LabelCoverage")
    (metric,) = kit.watched(alarm)
    assert (metric["namespace"], metric["name"], alarm["Threshold"]) == ("ModelMonitoring", "LabelCoverage", 0.01)
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3, 3)
    assert "event ids" in kit.flat(alarm["AlarmDescription"])


@pytest.mark.parametrize("metric", ["rmse", "au_prc", "Recall"])
def test_refuses_metrics_that_the_problem_does_not_have(metric: str, kit: Kit, refused: Refused) -> None:
    with refused(f"the metric {metric!r} for BinaryClassification", "false_positive_rate, precision, recall"):
        kit.model_quality(alarms=ModelQualityAlarms(metrics={metric: MetricLimit.at(1)}))
    with refused(repr(metric)):
        kit.model_quality(thresholds={metric: 0.5})
    with refused(repr(metric)):
        kit.model_quality().metric_quality(metric)


def test_refuses_auc_without_probabilities(kit: Kit, refused: Refused) -> None:
    labels = ProblemType.binary_classification(inference_attribute=0)
    with refused("'auc'", "probability_attribute=..."):
        kit.model_quality(
            problem=labels, columns=QualityColumns(ground_truth="y", inference="p"), thresholds={"auc": 0.5}
        )


@pytest.mark.parametrize(
    ("problem", "metric", "operator"),
    [
        (ProblemType.multiclass(inference_attribute="label"), "weighted_f1", "LessThanThreshold"),
        (ProblemType.regression(inference_attribute=0), "rmse", "GreaterThanThreshold"),
        (ProblemType.regression(inference_attribute=0), "r2", "LessThanThreshold"),
    ],
)
def test_every_problem_has_its_metrics_and_their_directions(
    problem: ProblemType, metric: str, operator: str, kit: Kit, stack: Stack
) -> None:
    monitor = kit.model_quality(
        stack,
        problem=problem,
        columns=QualityColumns(ground_truth="y", inference="p"),
        alarms=ModelQualityAlarms(metrics={metric: MetricLimit.at(0.5)}),
    )
    assert (monitor.metric_quality(metric).dimensions or {})["Metric"] == metric
    template = Template.from_stack(stack)
    assert kit.alarm(template, "Quality" + metric.replace("_", ""))["ComparisonOperator"] == operator
    assert kit.properties(template, _DEFINITION)["ModelQualityAppSpecification"]["ProblemType"] == problem.name


def test_refuses_a_problem_whose_label_cannot_be_told(refused: Refused) -> None:
    with refused("neither an inference nor a probability attribute", "0 is the first CSV column"):
        ProblemType.binary_classification()


@pytest.mark.parametrize(("probability", "threshold"), [(None, 0.5), (0, 1.5)])
def test_refuses_thresholds_that_mean_nothing(probability: int | None, threshold: float, refused: Refused) -> None:
    with refused(f"threshold of {threshold}"):
        ProblemType.binary_classification(
            inference_attribute=0, probability_attribute=probability, probability_threshold=threshold
        )


@pytest.mark.parametrize("attribute", [-1, "", "x" * 257])
def test_refuses_attributes_that_the_service_does_not_take(attribute: Any, refused: Refused) -> None:
    with refused("inference attribute", "a position from 0"):
        ProblemType.regression(inference_attribute=attribute)


def test_refuses_columns_that_do_not_fit_the_captured_records(kit: Kit, refused: Refused) -> None:
    with refused("the probability of the captured records, but none of the dataset", "same metrics"):
        kit.model_quality(columns=QualityColumns(ground_truth="y"))
    with refused("the inference of the dataset, but none of the captured records"):
        kit.model_quality(columns=QualityColumns(ground_truth="y", inference="p", probability="s"))


def test_columns_belong_to_datasets(kit: Kit, refused: Refused) -> None:
    with refused("a baseline dataset without columns", "columns=QualityColumns(ground_truth='label', ...)"):
        kit.model_quality(columns=None)
    with refused("columns with a baseline that needs no dataset", "leave columns out"):
        kit.model_quality(baseline=_FILES)


@pytest.mark.parametrize("monitor", ["monitor", "model_quality"])
def test_refuses_files_without_statistics(monitor: str, kit: Kit, refused: Refused) -> None:
    files = Baseline.from_files(constraints=S3Location.from_uri("s3://lake/constraints.json"))
    options: dict[str, Any] = {"columns": None} if monitor == "model_quality" else {}
    with refused("files without statistics", "add statistics=..."):
        getattr(kit, monitor)(baseline=files, **options)


def test_refuses_a_negative_tolerance_and_an_impossible_share(refused: Refused) -> None:
    with refused("tolerance=-0.1", "0 or more"):
        MetricLimit.baseline(tolerance=-0.1)
    for share in (0, 1.5, -1):
        with refused(f"minimum_label_coverage={share}", "0.8"):
            ModelQualityAlarms(minimum_label_coverage=share)


@pytest.mark.parametrize("tolerance", [-0.01, 5])
def test_refuses_tolerances_that_are_no_share(tolerance: float, kit: Kit, refused: Refused) -> None:
    with refused(f"tolerance={tolerance}", "from 0 to 1", "5 % as 0.05", "0 keeps AWS's suggestion"):
        kit.model_quality(tolerance=tolerance)


@pytest.mark.parametrize("baseline", [_FILES, _PACKAGE], ids=["files", "package"])
@pytest.mark.parametrize(("options", "tolerance"), [({}, 0), ({"tolerance": 0.1}, 0.1)])
def test_limits_of_files_are_taken_as_they_are_unless_somebody_asks_for_room(
    baseline: Baseline, options: dict[str, Any], tolerance: float, kit: Kit, stack: Stack
) -> None:
    kit.model_quality(stack, baseline=baseline, columns=None, **options)
    overrides = kit.json(kit.properties(Template.from_stack(stack), _BASELINE)["Overrides"])
    assert overrides == {"tolerance": tolerance, "margins": {}, "constraints": {}}


_BINARY = ProblemType.binary_classification(probability_attribute=0)
_NUMBER = ProblemType.regression(inference_attribute=0)


@pytest.mark.parametrize(
    ("problem", "metric", "limit", "expected"),
    [
        (_BINARY, "recall", 80, "a share, from 0 to 1; write 80 % as 0.8"),
        (_BINARY, "false_positive_rate", MetricLimit.at(-0.1), "a share, from 0 to 1"),
        (_BINARY, "auc", MetricLimit.baseline(tolerance=20), "a share, from 0 to 1"),
        (_NUMBER, "rmse", -1, "0 or more, in the metric's own unit; use a positive number"),
        (_NUMBER, "mae", MetricLimit(-1, relative_to_baseline=True), "0 or more"),
        (_NUMBER, "r2", 80, "at most 1"),
    ],
)
def test_refuses_limits_that_no_metric_reaches(
    problem: ProblemType, metric: str, limit: float | MetricLimit, expected: str, refused: Refused
) -> None:
    with refused("got a limit of ", f" for the metric {metric!r}; expected {expected}"):
        problem.require_limit(metric, limit)


@pytest.mark.parametrize(
    ("metric", "limit"),
    [
        ("recall", MetricLimit.at(0)),
        ("false_positive_rate", MetricLimit.at(1)),
        ("auc", MetricLimit.baseline(tolerance=1)),
    ],
)
def test_refuses_an_alarm_that_nothing_can_bring_about(metric: str, limit: MetricLimit, refused: Refused) -> None:
    with refused(f"for an alarm on the metric {metric!r}", "stay quiet for ever"):
        _BINARY.require_limit(metric, limit)


@pytest.mark.parametrize(
    ("problem", "metric", "limit"),
    [
        (_BINARY, "recall", 0),
        (_BINARY, "false_positive_rate", 1),
        (_BINARY, "false_positive_rate", MetricLimit.at(0)),
        (_BINARY, "recall", MetricLimit.at(1)),
        (_BINARY, "recall", MetricLimit.at(Token.as_number({"Ref": "Recall"}))),
        (_NUMBER, "rmse", MetricLimit.at(250)),
        (_NUMBER, "mse", MetricLimit.baseline(tolerance=40)),
        (_NUMBER, "r2", MetricLimit.at(-0.5)),
        (_NUMBER, "r2", MetricLimit.baseline(tolerance=2)),
    ],
)
def test_accepts_limits_that_metrics_can_reach(problem: ProblemType, metric: str, limit: float | MetricLimit) -> None:
    problem.require_limit(metric, limit)


def test_limits_of_runs_and_of_alarms_are_checked(kit: Kit, refused: Refused) -> None:
    with refused("a limit of 80 for the metric 'recall'"):
        kit.model_quality(thresholds={"recall": 80})
    with refused("a limit of 20 worse than the baseline's value for the metric 'recall'"):
        kit.model_quality(alarms=ModelQualityAlarms(metrics={"recall": MetricLimit.baseline(tolerance=20)}))


def test_another_tolerance_is_another_job_definition(kit: Kit) -> None:
    names = set()
    for tolerance in (0, 0.05, 0.1):
        stack = kit.stack()
        kit.monitoring(stack).add_model_quality(
            problem=kit.problem(),
            ground_truth=kit.ground_truth(),
            baseline=kit.baseline(),
            columns=QualityColumns(ground_truth="fraud", probability="score"),
            tolerance=tolerance,
        )
        names.add(kit.flat(kit.properties(Template.from_stack(stack), _DEFINITION)["JobDefinitionName"]))
    assert len(names) == 3


def test_switched_off_alarms_are_not_made(kit: Kit) -> None:
    quiet = ModelQualityAlarms(
        any_violation=False, execution_failed=False, silence_after=None, no_data_after=None, minimum_label_coverage=None
    )
    assert kit.model_quality(alarms=quiet).alarms == []


def test_a_single_run_waits_for_no_next_one(kit: Kit) -> None:
    once = kit.model_quality(schedule=MonitorSchedule.once(start=Duration.hours(24)))
    assert [alarm.node.id for alarm in once.alarms] == ["LabelCoverage", "AnyViolation", "ExecutionFailed"]


def test_missing_data_can_be_missing_labels(kit: Kit) -> None:
    stack = kit.stack()
    kit.model_quality(stack)
    alarms = kit.resources(Template.from_stack(stack), "AWS::CloudWatch::Alarm").values()
    (description,) = [
        kit.flat(alarm["Properties"]["AlarmDescription"])
        for alarm in alarms
        if alarm["Properties"].get("MetricName") == "NoData"
    ]
    assert "found no captured traffic, or no labels." in description
    assert "or no labels arrive at s3://" in description


def test_refuses_a_threshold_that_no_run_reports(kit: Kit, refused: Refused) -> None:
    with refused("a threshold for the metric 'f0_5'", "never reports", "set an alarm"):
        kit.model_quality(thresholds={"f0_5": 0.6})
    kit.model_quality(alarms=ModelQualityAlarms(metrics={"f0_5": MetricLimit.at(0.6)}))
