"""Permissions of the library cover the names that the functions choose."""

from __future__ import annotations

from unittest import mock

from botocore.exceptions import ClientError
from hypothesis import given, strategies as st

from baseline.availability import refuse_closed_account
from baseline.monitor_type import MonitorType
from model_monitor.engine.schedule_guard import one_time_prefix, probe_name
from shared import schedules

_NAMES = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,62}", fullmatch=True).filter(lambda name: len(name) <= 63)


@given(_NAMES)
def test_single_runs_are_named_as_permissions_expect(name: str) -> None:
    assert schedules.one_time_prefix(name) == one_time_prefix(name)


@given(_NAMES)
def test_the_results_function_knows_single_runs_of_a_monitor_by_their_name(name: str) -> None:
    assert schedules.is_one_time_run_of(f"{one_time_prefix(name)}20261121030000", name)


@given(_NAMES)
def test_the_probe_of_the_account_is_named_as_permissions_expect(name: str) -> None:
    sagemaker = mock.Mock()
    answer = {"Error": {"Code": "ResourceNotFound", "Message": "Could not find the job definition"}}
    sagemaker.create_monitoring_schedule.side_effect = ClientError(answer, "CreateMonitoringSchedule")
    with mock.patch("shared.clients.sagemaker", return_value=sagemaker):
        refuse_closed_account(name, MonitorType.DATA_QUALITY, is_fresh=False)
    assert sagemaker.create_monitoring_schedule.call_args.kwargs["MonitoringScheduleName"] == probe_name(name)
