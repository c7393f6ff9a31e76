"""Old data points appear as late as CloudWatch documents."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.process.client import SandboxProcess
from tests.sandbox.alarms import Alarms

HOUR = timedelta(hours=1)


@pytest.fixture
def late(box: SandboxProcess) -> Iterator[None]:
    box.change(late_metrics=True)
    yield
    box.change(late_metrics=False)


def visible(alarms: Alarms, since: datetime) -> dict[str, list[float]]:
    """What each way of asking tells of the metric."""
    box, cloudwatch = alarms.box, alarms.cloudwatch
    span = {"StartTime": since - 40 * HOUR, "EndTime": box.now() + HOUR}
    metric = {"Namespace": alarms.name, "MetricName": "M"}
    stat = {"Metric": metric, "Period": 3600, "Stat": "Maximum"}
    data = cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "m", "MetricStat": stat}], **span)
    statistics = cloudwatch.get_metric_statistics(**metric, Period=3600, Statistics=["Maximum"], **span)
    return {
        "data": sorted(data["MetricDataResults"][0]["Values"]),
        "statistics": sorted(point["Maximum"] for point in statistics["Datapoints"]),
    }


@pytest.mark.usefixtures("late")
def test_data_points_wait_by_their_age(box: SandboxProcess, alarms: Alarms) -> None:
    start = box.now()
    for value, hours in ((1, 2), (2, 4), (3, 23), (4, 24), (5, 30)):
        alarms.data(value, ago=hours * HOUR)
    assert visible(alarms, start) == {"data": [1], "statistics": [1]}
    box.advance(2 * HOUR - timedelta(minutes=1))
    assert visible(alarms, start)["data"] == [1]
    box.advance(timedelta(minutes=1))
    assert visible(alarms, start) == {"data": [1, 2, 3], "statistics": [1, 2, 3]}
    box.advance(46 * HOUR)
    assert visible(alarms, start) == {"data": [1, 2, 3, 4, 5], "statistics": [1, 2, 3, 4, 5]}


@pytest.mark.usefixtures("late")
def test_statistic_sets_wait_too_and_what_is_not_old_does_not(box: SandboxProcess, alarms: Alarms) -> None:
    start = box.now()
    alarms.data(ago=25 * HOUR, StatisticValues={"SampleCount": 2, "Sum": 6, "Minimum": 1, "Maximum": 5})
    alarms.data(7)
    assert visible(alarms, start)["data"] == [7]
    box.advance(48 * HOUR)
    assert visible(alarms, start) == {"data": [5, 7], "statistics": [5, 7]}


@pytest.mark.usefixtures("late")
def test_an_alarm_on_late_data_misses_them(box: SandboxProcess, alarms: Alarms) -> None:
    alarms.put(Period=3600, TreatMissingData="notBreaching")
    alarms.data(9, ago=3 * HOUR)
    box.advance(3 * HOUR)
    assert alarms.state() == "OK"


def test_a_new_sandbox_shows_them_at_once(box: SandboxProcess, alarms: Alarms) -> None:
    alarms.data(4, ago=30 * HOUR)
    assert visible(alarms, box.now())["data"] == [4]


class TestHourlyAlarmsThatIgnoreMissingData:
    """1 of 1 data points, period 3600, `ignore`: the state stays until the next data point.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """

    @pytest.fixture
    def alarm(self, alarms: Alarms) -> Callable[..., Any]:
        alarms.put(Period=3600, TreatMissingData="ignore")
        return alarms.state

    def test_one_without_data_has_insufficient_data(self, box: SandboxProcess, alarm: Callable[[], str]) -> None:
        assert alarm() == "INSUFFICIENT_DATA"
        box.advance(10 * HOUR)
        assert alarm() == "INSUFFICIENT_DATA"

    def test_it_keeps_its_state_until_another_data_point(
        self, box: SandboxProcess, alarms: Alarms, alarm: Callable[[], str]
    ) -> None:
        for value, state in ((9, "ALARM"), (0, "OK"), (9, "ALARM")):
            alarms.data(value)
            assert alarm() == state
            for _ in range(3):
                box.advance(5 * HOUR)
                assert alarm() == state
        assert [item["HistorySummary"] for item in reversed(alarms.history(kind="StateUpdate"))] == [
            "Alarm updated from INSUFFICIENT_DATA to ALARM",
            "Alarm updated from ALARM to OK",
            "Alarm updated from OK to ALARM",
        ]

    def test_the_newest_data_point_decides(self, box: SandboxProcess, alarms: Alarms, alarm: Callable[[], str]) -> None:
        alarms.data(9, ago=HOUR)
        assert alarm() == "ALARM"
        alarms.data(0)
        assert alarm() == "OK"
        box.advance(HOUR)
        assert alarm() == "OK"
