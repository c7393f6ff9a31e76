import html
import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sandbox.process.client import SandboxProcess
from tests.sandbox.alarms import LONG, MINUTE, Alarms


def test_only_data_with_the_alarms_own_dimensions_count(alarms: Alarms) -> None:
    mine, other = [{"Name": "E", "Value": "mine"}], [{"Name": "E", "Value": "other"}]
    alarms.put(Dimensions=mine)
    alarms.data(5, Dimensions=other)
    alarms.data(5)
    assert alarms.state() == "INSUFFICIENT_DATA"
    alarms.data(5, Dimensions=mine)
    assert alarms.state() == "ALARM"


def test_a_reason_names_values_threshold_and_minimum(alarms: Alarms) -> None:
    alarms.put()
    alarms.data(5)
    found = alarms.describe()
    assert found["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [5.0 (")
    assert found["StateReason"].endswith(
        "was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert json.loads(found["StateReasonData"])["recentDatapoints"] == [5.0]


def test_every_period_is_judged_by_itself(alarms: Alarms) -> None:
    alarms.put(EvaluationPeriods=3, Threshold=5, Statistic="Average")
    for value, ago in ((1, 2 * MINUTE), (1, MINUTE), (100, timedelta(0))):
        alarms.data(value, ago)
    assert alarms.state() == "OK"


def test_m_out_of_n_needs_m_breaches(alarms: Alarms) -> None:
    alarms.put(EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching")
    alarms.data(9, 2 * MINUTE)
    assert alarms.state() == "OK"
    alarms.data(9)
    assert alarms.state() == "ALARM"


@pytest.mark.parametrize(
    ("treatment", "state"),
    [("missing", "INSUFFICIENT_DATA"), ("ignore", "ALARM"), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
def test_when_the_data_stop_the_treatment_of_missing_data_decides(alarms: Alarms, treatment: str, state: str) -> None:
    alarms.put(TreatMissingData=treatment)
    alarms.data(5)
    assert alarms.state() == "ALARM"
    alarms.box.advance(LONG)
    assert alarms.state() == state


def test_an_alarm_recovers_when_good_data_follow(alarms: Alarms) -> None:
    alarms.put()
    alarms.data(5)
    alarms.box.advance(LONG)
    alarms.data(0)
    assert alarms.state() == "OK"


def test_data_of_the_last_hour_reach_an_hourly_alarm(alarms: Alarms) -> None:
    alarms.put(Period=3600, TreatMissingData="notBreaching")
    alarms.data(5, timedelta(hours=1, minutes=5))
    assert alarms.state() == "ALARM"


def test_silence_is_noticed_by_the_clock_alone(alarms: Alarms) -> None:
    alarms.put(
        Period=3600,
        EvaluationPeriods=2,
        Statistic="Sum",
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    alarms.data(1)
    assert alarms.state() == "OK"
    alarms.box.advance(timedelta(hours=5))
    assert alarms.state() == "ALARM"


@pytest.mark.parametrize(
    ("statistic", "value"), [("SampleCount", 4), ("Sum", 20), ("Minimum", 2), ("Maximum", 9), ("Average", 5)]
)
def test_a_statistic_set_gives_every_statistic(alarms: Alarms, statistic: str, value: float) -> None:
    alarms.put(Statistic=statistic, ComparisonOperator="GreaterThanOrEqualToThreshold", Threshold=value)
    alarms.data(StatisticValues={"SampleCount": 4, "Sum": 20, "Minimum": 2, "Maximum": 9})
    assert alarms.describe()["StateReason"].startswith(
        f"Threshold Crossed: 1 out of the last 1 datapoints [{value:.1f}"
    )


def test_a_percentile_is_taken_over_the_values(alarms: Alarms) -> None:
    alarms.cloudwatch.put_metric_alarm(
        AlarmName=alarms.name,
        Namespace=alarms.name,
        MetricName="M",
        ExtendedStatistic="p50",
        Period=60,
        EvaluationPeriods=1,
        Threshold=2.5,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarms.data(Values=[1, 2, 4, 9], Counts=[1, 1, 1, 1])
    assert "[3.0 (" in alarms.describe()["StateReason"]


def test_a_metric_math_alarm_evaluates_its_expression(alarms: Alarms) -> None:
    queries = [{"Id": "e", "Expression": "IF(FILL(bad, 0) > 0, bad / all, 0)"}]
    alarms.put(Metrics=[*queries, alarms.metric("Bad", "bad"), alarms.metric("All", "all")], Threshold=0.5)
    assert alarms.state() == "OK"
    alarms.data(9, metric="All")
    alarms.data(5, metric="Bad")
    assert alarms.state() == "ALARM"
    assert [query["Id"] for query in alarms.describe()["Metrics"]] == ["e", "bad", "all"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("bad +", "is not metric math"),
        ("bad / missing", "names 'missing'|'missing' is not defined"),
        ("SEARCH('x')", "SEARCH is not emulated"),
    ],
)
def test_an_expression_that_cannot_be_evaluated_is_refused_at_once(
    alarms: Alarms, expression: str, message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        alarms.put(Metrics=[{"Id": "e", "Expression": expression}, alarms.metric("Bad", "bad")])


def test_metric_math_of_an_outdated_client_is_refused_instead_of_ignored(alarms: Alarms) -> None:
    form = {
        "Action": "PutMetricAlarm",
        "AlarmName": alarms.name,
        "EvaluationPeriods": "1",
        "Threshold": "1",
        "ComparisonOperator": "GreaterThanThreshold",
        "Metrics.member.1.Id": "e",
        "Metrics.member.1.Expression": "1",
    }
    answer = signed_form(alarms.box, form)
    assert answer[0] == 400
    assert "CloudWatch's JSON protocol" in answer[1]


def signed_form(box: SandboxProcess, form: dict[str, str]) -> tuple[int, str]:
    """Send a request of the query protocol, which this boto3 no longer speaks with CloudWatch."""
    body = urllib.parse.urlencode(form)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", box.endpoint_url + "/", headers=headers, data=body)
    SigV4Auth(Credentials(box.access_key_id, box.secret_access_key), "monitoring", box.region).add_auth(request)
    try:
        sent = urllib.request.Request(box.endpoint_url + "/", data=body.encode(), headers=dict(request.headers))
        with urllib.request.urlopen(sent) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, html.unescape(error.read().decode())


def test_get_metric_data_evaluates_expressions(alarms: Alarms) -> None:
    now = alarms.box.now()
    alarms.data(1, 3 * MINUTE, metric="A")
    alarms.data(2, MINUTE, metric="A")
    alarms.data(10, MINUTE, metric="B")
    answer = alarms.cloudwatch.get_metric_data(
        StartTime=now - timedelta(minutes=10),
        EndTime=alarms.box.now(),
        MetricDataQueries=[
            {"Id": "total", "Expression": "SUM(METRICS())", "Label": "both"},
            {"Id": "scaled", "Expression": "total * 2"},
            alarms.metric("A", "a"),
            alarms.metric("B", "b") | {"ReturnData": True},
        ],
    )
    results = {found["Id"]: found["Values"] for found in answer["MetricDataResults"]}
    assert results == {"total": [12.0, 1.0], "scaled": [24.0, 2.0], "b": [10.0]}
    assert answer["MetricDataResults"][0]["Label"] == "both"


def test_data_without_a_timestamp_are_of_the_sandboxs_now(alarms: Alarms) -> None:
    alarms.data(7)
    answer = alarms.cloudwatch.get_metric_statistics(
        Namespace=alarms.name,
        MetricName="M",
        StartTime=alarms.box.now() - 5 * MINUTE,
        EndTime=alarms.box.now() + MINUTE,
        Period=60,
        Statistics=["Sum"],
    )
    assert [point["Sum"] for point in answer["Datapoints"]] == [7]


def test_a_state_set_by_hand_lasts_until_the_next_evaluation(alarms: Alarms) -> None:
    alarms.put(TreatMissingData="notBreaching")
    alarms.cloudwatch.set_alarm_state(AlarmName=alarms.name, StateValue="ALARM", StateReason="by hand")
    assert alarms.state() == "ALARM"
    alarms.box.advance(2 * MINUTE)
    assert alarms.state() == "OK"


def test_every_change_of_state_is_in_the_history(alarms: Alarms) -> None:
    alarms.put()
    alarms.data(5)
    alarms.box.advance(LONG)
    summaries = [item["HistorySummary"] for item in alarms.history(kind="StateUpdate")]
    assert summaries == [
        "Alarm updated from ALARM to INSUFFICIENT_DATA",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]
    created = [item["HistorySummary"] for item in alarms.history(kind="ConfigurationUpdate")]
    assert created == [f'Alarm "{alarms.name}" created']
