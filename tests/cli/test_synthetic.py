"""Data points that prove an alarm: they breach it, and give way to good ones after some minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from model_monitor_cli.synthetic import MARGIN, NotUnderstoodError, Script
from sandbox.platform.cloudwatch.evaluation import Rule, State, TreatMissing, decide

HOUR = 3600
DIMENSIONS = [{"Name": "MonitoringSchedule", "Value": "credit"}]


def alarm(metric="FeatureDrift", *, threshold=0.2, operator="GreaterThanThreshold", periods=1, points=1, **changes):
    return {
        "MetricName": metric,
        "Namespace": "ModelMonitoring",
        "Dimensions": DIMENSIONS,
        "Statistic": "Maximum",
        "Period": HOUR,
        "Threshold": threshold,
        "ComparisonOperator": operator,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": points,
        **changes,
    }


def mathematics(expression, *, threshold, operator="GreaterThanThreshold", names=("live",)):
    stat = {"Metric": {"Namespace": "ModelMonitoring", "Dimensions": DIMENSIONS}, "Period": HOUR, "Stat": "Average"}
    queries = [{"Id": name, "MetricStat": {**stat, "Metric": {**stat["Metric"], "MetricName": name}}} for name in names]
    found = alarm(threshold=threshold, operator=operator, Metrics=[*queries, {"Id": "x", "Expression": expression}])
    del found["MetricName"], found["Period"]
    return found


@pytest.mark.parametrize(
    ("found", "values"),
    [
        (alarm(), [(1, 0)]),
        (alarm("Violations", threshold=1, operator="GreaterThanOrEqualToThreshold"), [(1, 0)]),
        (alarm("ModelQuality", threshold=0.7, operator="LessThanThreshold"), [(0, 1)]),
        (alarm("ModelQuality", threshold=250), [(500, 0)]),
        (mathematics("ABS(live)", threshold=0.1), [(1, 0)]),
        (mathematics("ABS(live - 1)", threshold=0.1), [(2, 1)]),
        (mathematics("live - (-0.25)", threshold=-0.05, operator="LessThanThreshold"), [(-1.3, -0.25)]),
        (
            mathematics("IF(records >= 30, ABS(mean - (39.5)), 0)", threshold=5, names=("records", "mean")),
            [(49.5, 39.5), (300, 300)],
        ),
    ],
)
def test_bad_values_breach_and_good_ones_do_not(found, values):
    series = Script.of(found).series
    assert [(item.bad, item.good) for item in series] == [pytest.approx(pair) for pair in values]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (alarm("Executions", Statistic="SampleCount"), "data points that are missing"),
        (alarm(Namespace="aws/sagemaker/Endpoints"), "where others publish"),
        (alarm(operator="GreaterThanUpperThreshold"), "anomalies"),
        (alarm(periods=3, points=3, Period=24 * HOUR), "appear hours later"),
        (mathematics("SUM(METRICS())", threshold=1), "not written by this library"),
    ],
)
def test_what_no_data_point_can_prove_is_reported(found, why):
    with pytest.raises(NotUnderstoodError, match=why):
        Script.of(found)


@pytest.mark.parametrize(("periods", "points"), [(1, 1), (2, 1), (3, 3), (3, 2)])
@pytest.mark.parametrize("missing", [TreatMissing.MISSING, TreatMissing.IGNORE, TreatMissing.NOT_BREACHING])
def test_bad_points_bring_it_into_alarm_and_good_ones_back(periods, points, missing):
    script = Script.of(alarm(periods=periods, points=points))
    rule = Rule("GreaterThanThreshold", 0.2, periods, points, missing)

    def values(later, *, good):
        found = [None] * rule.evaluation_range
        for ages, value in ((script.good if good else (), 0.0), (script.bad, 1.0)):
            for age in ages:
                place = int((age + later) / timedelta(seconds=HOUR))
                if place < len(found):
                    found[place] = max(value, found[place] or 0.0)
        return found

    soon, afterwards = timedelta(minutes=1), MARGIN + timedelta(minutes=1)
    assert decide(values(soon, good=False), rule, State.OK).state is State.ALARM
    assert decide(values(afterwards, good=True), rule, State.ALARM).state is State.OK


def test_an_alarm_of_a_day_gets_its_bad_point_now():
    script = Script.of(alarm(Period=24 * HOUR))
    assert script.bad == (timedelta(0),)
    assert script.back_within == timedelta(days=1)
