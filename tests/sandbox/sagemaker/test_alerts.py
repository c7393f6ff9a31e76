"""The dashboard's alert of a schedule follows its executions."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

CONSTRAINTS = {
    "version": 0.0,
    "features": [
        {"name": name, "inferred_type": "String", "completeness": 1.0} for name in ("answer", "age", "income")
    ],
}


def alert_of(world: Any, schedule: str) -> dict[str, Any]:
    (alert,) = world.sagemaker.list_monitoring_alerts(MonitoringScheduleName=schedule)["MonitoringAlertSummaries"]
    found: dict[str, Any] = alert
    return found


def test_violations_alert_until_a_clean_run_or_a_higher_limit(world: Any, endpoint: str) -> None:
    constraints = {"ConstraintsResource": {"S3Uri": world.put("alerts/constraints.json", json.dumps(CONSTRAINTS))}}
    schedule = world.make_schedule(world.make_definition(endpoint, DataQualityBaselineConfig=constraints))
    assert alert_of(world, schedule)["AlertStatus"] == "OK"
    world.invoke(endpoint, "1,2,3\n")
    world.move_to_next_hour()
    alert = alert_of(world, schedule)
    assert (alert["AlertStatus"], alert["DatapointsToAlert"], alert["EvaluationPeriod"]) == ("InAlert", 1, 1)
    world.move_to_next_hour()
    assert alert_of(world, schedule)["AlertStatus"] == "OK"
    history = world.sagemaker.list_monitoring_alert_history(MonitoringScheduleName=schedule, SortOrder="Ascending")
    assert [item["AlertStatus"] for item in history["MonitoringAlertHistory"]] == ["InAlert", "OK"]
    name = alert["MonitoringAlertName"]
    update = {"MonitoringScheduleName": schedule, "MonitoringAlertName": name, "EvaluationPeriod": 3}
    world.sagemaker.update_monitoring_alert(**update, DatapointsToAlert=2)
    history = world.sagemaker.list_monitoring_alert_history(MonitoringAlertName=name)
    assert history["MonitoringAlertHistory"] == []
    with pytest.raises(ClientError, match="must not exceed EvaluationPeriod"):
        world.sagemaker.update_monitoring_alert(**update, DatapointsToAlert=4)
    with pytest.raises(ClientError, match="has no alert other"):
        world.sagemaker.update_monitoring_alert(**{**update, "MonitoringAlertName": "other"}, DatapointsToAlert=1)
