"""Values from the files of a report, in the shapes that real runs have left them in."""

import json
import math

import boto3
import pytest
from hypothesis import given, strategies as st

from results import metrics as own_metrics
from results.metrics import Point, dimension_text, publish
from results.monitor import parse_monitor


def numbers(name, present, missing=0, **more):
    common = {"num_present": present, "num_missing": missing}
    distribution = {"kll": {"buckets": [{"lower_bound": 0.0, "upper_bound": 1.0, "count": 1.0}], "sketch": {}}}
    statistics = {"common": common, "sum": 17.7, "std_dev": 4.9e-17, "min": 0.9, "max": 0.9, **more}
    return {
        "name": name,
        "inferred_type": "Fractional",
        "numerical_statistics": {**statistics, "distribution": distribution},
    }


def texts(name, present, missing=0):
    common = {"num_present": present, "num_missing": missing}
    return {"name": name, "inferred_type": "String", "string_statistics": {"common": common, "distinct_count": 3.0}}


STATISTICS = {
    "version": 0.0,
    "dataset": {"item_count": 18},
    "features": [
        numbers("age", 18, mean=0.9837374687194824),
        numbers("income", 12, 6, mean=-3.5),
        numbers("gone", 0, 18, mean=0.0),
        numbers("broken", 18, mean="NaN"),
        texts("purpose", 9, 9),
        {"name": "unknown", "inferred_type": "Unknown"},
    ],
}
QUALITY = {
    "version": 0.0,
    "dataset": {"item_count": 201, "evaluation_time": "2026-11-21T03:00:00Z"},
    "binary_classification_metrics": {
        "confusion_matrix": {"0": {"0": 102, "1": 7}, "1": {"0": 5, "1": 87}},
        "recall": {"value": 0.94, "standard_deviation": 0.01},
        "precision": {"value": "NaN", "standard_deviation": "NaN"},
        "accuracy": {"value": 0.5, "standard_deviation": None},
        "receiver_operating_characteristic_curve": {"false_positive_rates": [0.0], "true_positive_rates": [0.0]},
        "auc": {"value": None},
    },
}
BIAS = {
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "value",
        "facets": {
            "city": [
                {
                    "value_or_threshold": "(100.0, 2279.0]",
                    "metrics": [
                        {"name": "AD", "description": "Accuracy Difference (AD)", "value": 0.008027100292350653},
                        {"name": "CDDPL", "description": "...", "value": None, "error": "Group variable is empty"},
                        {"name": "DCA", "description": "...", "value": 0.25},
                        {"name": "DI", "description": "Disparate Impact (DI)", "value": "Infinity"},
                        {"name": "TE", "description": "Treatment Equality (TE)", "value": "-Infinity"},
                    ],
                },
                {"value_or_threshold": "0", "metrics": [{"name": "AD", "value": -0.5}]},
            ]
        },
        "label_value_or_threshold": "(1.0, 130.24536736711912]",
    },
    "pre_training_bias_metrics": {
        "label": "value",
        "facets": {
            "city": [
                {"value_or_threshold": "(100.0, 2279.0]", "metrics": [{"name": "CI", "value": -0.320581259231566}]}
            ]
        },
    },
}
ATTRIBUTION = {
    "version": "1.0",
    "explanations": {
        "kernel_shap": {
            "label0": {
                "global_shap_values": {"ismobile": 0.007195967708976887, "co": 0.03653382020925509, "none": None},
                "expected_value": 0.17167794704437256,
            },
            "label1": {"global_shap_values": {"co": 9.0, "only in label1": 1.0}},
        }
    },
}


@pytest.fixture
def published(runs, aws):
    """Return a function that handles a run whose registry wants metrics, and gives name and dimensions -> value."""

    def handled(metrics, files, *, status="Completed", violations=None, page=None, **run):
        runs.register(metrics=metrics, page=page)
        name = runs.add(status, violations=violations, files=files, **run)
        assert runs.handle(runs.event(name)) == {"handled": 1}
        points = {}
        for point in aws.metrics:
            names = [item["Name"] for item in point["Dimensions"]]
            assert names[:2] == ["Endpoint", "MonitoringSchedule"]
            if len(names) > 2:
                key = (point["MetricName"], *(item["Value"] for item in point["Dimensions"][2:]))
                assert key not in points
                points[key] = point["Value"]
        return points

    return handled


def drift(feature, text="Baseline drift distance: 0.31234567 exceeds threshold: 0.1"):
    return {"feature_name": feature, "constraint_check_type": "baseline_drift_check", "description": text}


def wrong_type(feature, expected):
    text = (
        f"Data type match requirement is not met. Expected data type: {expected}, Expected match: 100.0%. "
        "Observed: Only 0.0% of data is that."
    )
    return {"feature_name": feature, "constraint_check_type": "data_type_check", "description": text}


DRIFTS = {"drift": ["age", "income", "gone", "purpose", "unknown", "not there"]}


def test_features_without_a_violation_have_the_distance_zero_if_they_could_be_compared(published):
    assert published(DRIFTS, {"statistics.json": STATISTICS}) == {
        ("FeatureDrift", "age"): 0,
        ("FeatureDrift", "income"): 0,
        ("FeatureDrift", "purpose"): 0,
    }


@pytest.mark.parametrize(
    ("violations", "age"),
    [
        ([drift("age")], 0.31234567),
        ([drift("age"), drift("age", "distance: 0.5 exceeds threshold: 0.1")], 0.5),
        ([drift("age", "Baseline drift p-value: 0.01 is below threshold: 0.05")], 1.0),
        ([drift("age", "Something new")], None),
        ([drift("age", "distance: much exceeds threshold: 0.1")], None),
        ([drift("age", "distance: NaN exceeds threshold: 0.1")], None),
        ([drift("age", "distance: Infinity exceeds threshold: 0.1")], None),
        ([wrong_type("age", "Integral")], 0),
        ([{"feature_name": "age", "constraint_check_type": "completeness_check", "description": ""}], 0),
    ],
)
def test_the_distance_of_a_violation_is_published(published, violations, age):
    found = published(DRIFTS, {"statistics.json": STATISTICS}, status="CompletedWithViolations", violations=violations)
    assert found.get(("FeatureDrift", "age")) == age
    assert found["FeatureDrift", "income"] == 0


@pytest.mark.parametrize(("expected", "distance"), [("Integral", None), ("Fractional", None), ("String", 0)])
def test_numbers_that_have_become_texts_could_not_be_compared(published, expected, distance):
    found = published(
        {"drift": ["purpose"]},
        {"statistics.json": STATISTICS},
        status="CompletedWithViolations",
        violations=[wrong_type("purpose", expected)],
    )
    assert found.get(("FeatureDrift", "purpose")) == distance


def columns(check):
    text = "Number of columns in current dataset: 7, Number of columns in baseline constraints: 21"
    return [{"feature_name": "Missing columns", "constraint_check_type": check, "description": text}]


@pytest.mark.parametrize(
    "run",
    [
        {"status": "CompletedWithViolations", "violations": columns("missing_column_check")},
        {"status": "CompletedWithViolations", "violations": columns("extra_column_check")},
        {"status": "CompletedWithViolations"},
        {"status": "Failed", "reason": "AlgorithmError"},
        {"status": "Stopped"},
    ],
    ids=["too few columns", "too many columns", "report unreadable", "failed", "stopped"],
)
def test_without_a_comparison_there_is_no_distance_at_all(published, run):
    assert published(DRIFTS, {"statistics.json": STATISTICS}, **run) == {}


def test_a_run_without_data_has_no_values(runs, aws):
    runs.register(metrics=DRIFTS)
    runs.add("Failed", reason="Job inputs had no data", has_job=False)
    runs.handle({"sweep": True})
    assert {point["MetricName"] for point in aws.metrics} == {"Executions", "FailedExecutions", "NoData", "Violations"}


def test_completeness_is_the_share_of_values(published):
    wanted = {"completeness": ["age", "income", "gone", "purpose", "unknown", "not there"]}
    assert published(wanted, {"statistics.json": STATISTICS}) == {
        ("FeatureCompleteness", "age"): 1,
        ("FeatureCompleteness", "income"): pytest.approx(2 / 3),
        ("FeatureCompleteness", "gone"): 0,
        ("FeatureCompleteness", "purpose"): 0.5,
    }


def test_means_come_with_the_number_of_values_that_they_rest_on(published):
    wanted = {"mean": ["age", "income", "gone", "broken", "purpose", "unknown", "not there"]}
    assert published(wanted, {"statistics.json": STATISTICS}) == {
        ("FeatureMean", "age"): 0.9837374687194824,
        ("FeatureRecords", "age"): 18,
        ("FeatureMean", "income"): -3.5,
        ("FeatureRecords", "income"): 12,
        ("FeatureRecords", "gone"): 0,
        ("FeatureRecords", "broken"): 18,
    }


@pytest.mark.parametrize("problem", ["binary_classification", "multiclass_classification", "regression"])
def test_the_quality_of_the_model(published, problem):
    statistics = {key.replace("binary_classification", problem): value for key, value in QUALITY.items()}
    wanted = {"quality": ["recall", "precision", "accuracy", "auc", "confusion_matrix", "not there"]}
    assert published(wanted, {"statistics.json": statistics}) == {
        ("ModelQuality", "recall"): 0.94,
        ("ModelQuality", "accuracy"): 0.5,
    }


def group(metric, value="(100.0, 2279.0]", facet="city"):
    return {"metric": metric, "facet": facet, "facet_value": value}


def test_bias_of_a_group(published):
    names = ["AD", "CDDPL", "DCAcc", "DI", "TE", "CI", "not there"]
    wanted = [*map(group, names), group("AD", "0"), group("AD", "7"), group("AD", facet="sex")]
    assert published({"bias": wanted}, {"analysis.json": BIAS}) == {
        ("Bias", "AD", "city", "(100.0, 2279.0]"): 0.008027100292350653,
        ("Bias", "DCAcc", "city", "(100.0, 2279.0]"): 0.25,
        ("Bias", "CI", "city", "(100.0, 2279.0]"): -0.320581259231566,
        ("Bias", "AD", "city", "0"): -0.5,
    }


def test_attribution_of_the_first_label(published):
    wanted = {"attribution": ["co", "ismobile", "none", "only in label1"]}
    assert published(wanted, {"analysis.json": ATTRIBUTION}) == {
        ("Attribution", "co"): 0.03653382020925509,
        ("Attribution", "ismobile"): 0.007195967708976887,
    }


ALL = {
    **DRIFTS,
    "completeness": ["age"],
    "mean": ["age"],
    "quality": ["recall"],
    "bias": [group("AD")],
    "attribution": ["co"],
}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        {},
        {"features": None, "x_metrics": 7, "explanations": [], "post_training_bias_metrics": 1},
        {"features": [None, {"name": 1}, {"name": "age", "numerical_statistics": {"common": 1, "mean": 10**400}}]},
        {"explanations": {"kernel_shap": {}}, "post_training_bias_metrics": {"facets": {"city": [1, {"metrics": 2}]}}},
        "[" * 100_000,
    ],
)
def test_a_file_in_no_known_shape_gives_no_values_but_all_the_rest(published, runs, aws, content):
    assert published(ALL, {"statistics.json": content, "analysis.json": content}) == {}
    assert len(aws.events) == 1


def test_files_that_are_not_needed_are_not_read(runs, aws):
    runs.register(page=False)
    runs.handle(runs.event(runs.add("Completed")))
    assert not any(params.get("Key", "").startswith("reports") for _, params in aws.calls)


def test_files_are_read_once_and_under_the_access_role(published, aws):
    published(ALL, {"statistics.json": STATISTICS, "analysis.json": BIAS}, page=False)
    read = [
        (params["Key"].rpartition("/")[2], actor)
        for operation, params, actor in aws.actors
        if operation == "GetObject" and params["Key"].startswith("reports")
    ]
    role = "access-Credit-data-quality"
    assert read == [("statistics.json", role), ("analysis.json", role)]


def test_a_file_that_is_throttled_is_read_by_the_retry(runs, aws, published):
    runs.register(metrics=DRIFTS)
    event = runs.event(runs.add("Completed", files={"statistics.json": STATISTICS}))
    aws.fail("GetObject", "SlowDown", status=503, when=lambda params: params["Key"].startswith("reports"))
    with pytest.raises(Exception, match="SlowDown"):
        runs.handle(event)
    assert runs.handle(event) == {"handled": 1}
    assert [point["MetricName"] for point in aws.metrics].count("FeatureDrift") == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age", "age"),
        ("annual income (EUR), 100%", "annual income (EUR), 100%"),
        ("gr\u00f6\u00dfe", "gr%C3%B6%C3%9Fe"),
        ("100 % gr\u00f6\u00dfe", "100%20%25%20gr%C3%B6%C3%9Fe"),
        (":age", "%3Aage"),
        ("  ", "%20%20"),
        ("a\nb", "a%0Ab"),
        ("x" * 255, "x" * 255),
    ],
)
def test_dimensions_are_texts_that_cloudwatch_takes(text, expected):
    assert dimension_text(text) == expected


@given(st.text(min_size=1, max_size=300))
def test_every_text_becomes_a_dimension(text):
    found = dimension_text(text)
    assert found.isascii()
    assert found.isprintable()
    assert found.strip()
    assert not found.startswith(":")
    assert len(found) <= 255


def test_long_names_that_differ_at_their_end_stay_apart():
    one, other = dimension_text("\u00f6" * 300 + "a"), dimension_text("\u00f6" * 300 + "b")
    assert one != other
    assert (len(one), len(other)) == (255, 255)


MONITOR = {
    "schedule": "credit",
    "type": "DataQuality",
    "title": "endpoint e",
    "endpoint": "e",
    "reports": "s3://out/r",
    "registered": "2026-11-21T03:00:00Z",
}


@pytest.mark.parametrize(("count", "length"), [(999, 3), (1000, 3), (1001, 3), (3500, 3), (1500, 250)])
def test_requests_stay_within_what_cloudwatch_takes(aws, count, length):
    points = [Point("FeatureDrift", number, {"Feature": f"{number:05}" + "%" * length}) for number in range(count)]
    publish(points, parse_monitor(MONITOR), namespace="ModelMonitoring")
    requests = [params for name, params in aws.calls if name == "PutMetricData"]
    assert [point["Value"] for point in aws.metrics] == list(range(count))
    assert all(len(request["MetricData"]) <= 1000 for request in requests)
    for request in requests:
        assert body_size(request) < 1_000_000
        assert sum(map(own_metrics._size, request["MetricData"])) >= body_size(request) - 1000
    assert len(requests) <= 1 + count // 300


def body_size(request):
    """Return the size of a request as botocore writes it, without compression."""
    client = boto3.client("cloudwatch", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    sizes = []

    def measure(params, **_):
        body = params["body"]
        if isinstance(body, dict):
            sizes.append(sum(len(f"&{key}={quoted(value)}") for key, value in body.items()))
        else:
            sizes.append(len(body))
        raise StopIteration

    client.meta.events.register_first("before-call.cloudwatch.PutMetricData", measure)
    with pytest.raises(StopIteration):
        client.put_metric_data(**request)
    return sizes[0]


def quoted(value):
    return "".join(letter if letter.isalnum() else "%00" for letter in str(value))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e200])
def test_what_cloudwatch_refuses_is_left_out(aws, value):
    points = [Point("A", value), Point("B", 1.0)]
    publish(points, parse_monitor(MONITOR), namespace="ModelMonitoring")
    assert [point["MetricName"] for point in aws.metrics] == ["B"]


def test_nothing_to_publish_is_no_call(aws):
    publish([], parse_monitor(MONITOR), namespace="ModelMonitoring")
    assert aws.calls == []


def test_one_time_runs_publish_under_their_own_name(runs, aws):
    runs.register(metrics={"drift": ["age"]})
    arn = "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/credit-data-quality-run-20261121030000"
    name = runs.add("Completed", files={"statistics.json": STATISTICS})
    runs.handle(runs.event(name, MonitoringScheduleArn=arn))
    schedules = {point["Dimensions"][1]["Value"] for point in aws.metrics}
    assert schedules == {"Credit-data-quality-run-20261121030000"}
    assert json.loads(aws.events[0]["Detail"])["oneTime"] is True
