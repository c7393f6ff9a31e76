"""What can be done with the schedule of every monitor."""

from typing import ClassVar

import pytest
from sagemaker.model_monitor import CronExpressionGenerator, ModelMonitor


class ScheduleChecks:
    """Base of the tests of a monitor's class. Its module has a fixture `monitor`: one whose first hour is over.

    The tests build on each other: the last one deletes the schedule.
    """

    sdk_class: ClassVar[type[ModelMonitor]]
    exit_status = "CompletedWithViolations"

    @pytest.mark.calls("create_monitoring_schedule", "describe_schedule")
    def test_the_schedule_is_on_and_its_first_run_is_over(self, monitor):
        described = monitor.describe_schedule()
        assert described["MonitoringScheduleStatus"] == "Scheduled"
        assert described["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == self.exit_status

    @pytest.mark.calls("list_executions")
    def test_its_runs_are_listed_and_described(self, monitor):
        (execution,) = monitor.list_executions()
        described = execution.describe()
        assert described["ProcessingJobStatus"] == "Completed"
        assert described["ExitMessage"].startswith(f"{self.exit_status}: ")
        assert execution.output.destination.startswith("s3://sdk-check/reports/")

    @pytest.mark.calls("get_latest_execution_logs")
    def test_the_log_of_the_run_is_printed(self, monitor, capsys):
        monitor.get_latest_execution_logs(wait=False)
        assert capsys.readouterr().out.strip()

    @pytest.mark.calls("attach")
    def test_it_is_found_again_by_its_name(self, monitor, account):
        again = self.sdk_class.attach(monitor.monitoring_schedule_name, sagemaker_session=account.session)
        assert type(again) is self.sdk_class
        assert again.job_definition_name == monitor.job_definition_name

    @pytest.mark.calls("Predictor.list_monitors")
    def test_it_is_listed_with_its_endpoint(self, monitor, predictor):
        found = {type(item): item.monitoring_schedule_name for item in predictor.list_monitors()}
        assert found[self.sdk_class] == monitor.monitoring_schedule_name

    @pytest.mark.calls("list_monitoring_alerts")
    def test_it_has_the_alert_of_the_dashboard(self, monitor):
        (alert,), _ = monitor.list_monitoring_alerts()
        assert (alert.alert_status, alert.data_points_to_alert, alert.evaluation_period) == (self.alert_status, 1, 1)

    @property
    def alert_status(self):
        return "InAlert" if self.exit_status == "CompletedWithViolations" else "OK"

    @pytest.mark.calls("stop_monitoring_schedule", "start_monitoring_schedule")
    def test_it_is_stopped_and_started(self, monitor):
        monitor.stop_monitoring_schedule()
        assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"
        monitor.start_monitoring_schedule()
        assert monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"

    @pytest.mark.calls("update_monitoring_schedule")
    def test_it_becomes_daily(self, monitor):
        daily = CronExpressionGenerator.daily(hour=3)
        monitor.update_monitoring_schedule(schedule_cron_expression=daily)
        config = monitor.describe_schedule()["MonitoringScheduleConfig"]
        assert config["ScheduleConfig"]["ScheduleExpression"] == daily

    @pytest.mark.calls("delete_monitoring_schedule")
    def test_it_is_deleted_with_its_definition(self, monitor, account):
        name, client = monitor.monitoring_schedule_name, account.session.sagemaker_client
        account.wait_until_idle()
        monitor.delete_monitoring_schedule()
        account.wait_until_idle()
        assert client.list_monitoring_schedules(NameContains=name)["MonitoringScheduleSummaries"] == []
