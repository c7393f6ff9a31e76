"""The resource `Custom::MonitoringScheduleGuard`.

SageMaker refuses to change or to delete a monitoring schedule while one of its runs is in flight, and CloudFormation
gives up at once. The guard is asked first: it ends the run and waits. Before a deletion it stops the schedule, too.
Before a change it does not: if the rest of the stack then failed, nobody would start the schedule again, and monitoring
would be off without a word.

A guard that is made after its schedule has an entry in the registry, too: it tells the results function of the monitor
once the schedule is there, and no longer when it has gone.
"""

from __future__ import annotations

import time

from botocore.exceptions import ClientError

from deployment.request import Attributes, Request
from deployment.waiting import LIMIT_MINUTES
from schedule_guard.errors import GuardError
from schedule_guard.registry import Entry
from shared import clients, errors, schedules
from shared.console import Console
from shared.logs import log

OWNER_TAG = "model-monitor:guard"
# A schedule that is told to stop does so within seconds; the next poll comes much later.
_SETTLE_STEPS = 5
_SETTLE_SECONDS = 0.5


class GuardResource:
    """Let a schedule be changed or deleted, and tell the results function of its monitor."""

    def __init__(self, request: Request) -> None:
        """Read the properties; see lambda/README.md for each.

        Raises:
            GuardError: One of them is missing or malformed.
        """
        name = request.properties.get("ScheduleName")
        if not isinstance(name, str) or not name:
            raise GuardError(f"ScheduleName: got {name!r}, expected the name of a monitoring schedule")
        self._request = request
        self._name = name
        self._owner = str(request.properties.get("Owner", ""))
        self._entry = Entry.of(request.properties, owner=self._owner)

    @property
    def physical_id(self) -> str:
        """An id of the schedule: a guard of another one is another guard."""
        return f"{self._name}-guard"

    @property
    def session_name(self) -> str:
        """The schedule."""
        return self._name

    def step(self) -> Attributes | None:
        """Go on until no run is in flight, if the schedule is to be touched, and bring the registry up to date."""
        if self._request.is_delete:
            if not self._is_out_of_the_way():
                return None
            if self._entry:
                self._entry.remove()
            return {}
        if not self._entry:
            return {} if self._come_to_rest() else None
        # This guard comes after the schedule: nothing will touch it any more, so its run may go on.
        moved_from = self._old_entry()
        registered = self._entry.registered() if self._request.is_update and not moved_from else None
        self._entry.write(registered or self._after_all_runs())
        if moved_from:
            _remove_if_within_reach(moved_from)
        return {}

    def give_up(self) -> GuardError:
        """Return the error that names the run that is in the way, and its job."""
        names = [self._name, *schedules.one_time_runs(self._name)]
        what = f"schedule {self._name} cannot be {'deleted' if self._request.is_delete else 'changed'}"
        in_flight = [execution for item in names for execution in schedules.executions_in_flight(item)]
        if not in_flight:
            schedule = schedules.describe(self._name)
            status = schedule["MonitoringScheduleStatus"] if schedule else "deleted"
            return GuardError(f"{what}: it is still {status} after {LIMIT_MINUTES} minutes; try again in some minutes")
        execution = in_flight[0]
        text = (
            f"{what}: its run of {execution['ScheduledTime']:%Y-%m-%d %H:%M} UTC is still "
            f"{execution['MonitoringExecutionStatus']} after {LIMIT_MINUTES} minutes"
        )
        job = schedules.job_name(execution)
        if job is None:
            return GuardError(
                f"{text} and has no processing job yet that could be stopped; try again when it has ended"
            )
        where = Console.of_arn(execution["ProcessingJobArn"]).processing_job(job)
        return GuardError(f"{text}; stop its processing job {job} and try again: {where}")

    def _is_out_of_the_way(self) -> bool:
        """Say whether nothing of the schedule is left to be done before its deletion."""
        try:
            return not self._is_own() or self._come_to_rest()
        except ClientError as error:
            if not errors.is_refusal(error):
                raise
            # CloudFormation will tell if the schedule itself cannot be deleted.
            log("schedule left alone: out of reach", schedule=self._name, error=str(error))
            return True

    def _is_own(self) -> bool:
        """Say whether this guard may stop the schedule: not when the monitor has moved on to another guard."""
        schedule = schedules.describe(self._name)
        if schedule is None or not self._owner:
            return True
        tags = clients.sagemaker().list_tags(ResourceArn=schedule["MonitoringScheduleArn"])["Tags"]
        owner = next((tag["Value"] for tag in tags if tag["Key"] == OWNER_TAG), self._owner)
        if owner != self._owner:
            log("schedule left alone: it has another guard", schedule=self._name, guard=owner)
        return owner == self._owner

    def _come_to_rest(self) -> bool:
        """End the runs, for some seconds; return whether the schedule may be changed or deleted now."""
        for step in range(_SETTLE_STEPS):
            if step:
                time.sleep(_SETTLE_SECONDS)
            if self._end_runs():
                log("schedule at rest", schedule=self._name)
                return True
        return False

    def _end_runs(self) -> bool:
        # SageMaker keeps a job definition for as long as any schedule refers to it, those of one-time runs included.
        one_time_runs = schedules.one_time_runs(self._name)
        for run in one_time_runs:
            _stop_executions(run)
            schedules.delete(run)
        return self._is_at_rest() and not one_time_runs

    def _is_at_rest(self) -> bool:
        schedule = schedules.describe(self._name)
        if schedule is None:
            return True
        status = schedule["MonitoringScheduleStatus"]
        if status == "Pending":
            return False
        if status == "Scheduled" and self._request.is_delete:
            schedules.stop(self._name)
            return False
        return _stop_executions(self._name)

    def _after_all_runs(self) -> float:
        """Return the time of this request, or a later one if a run has ended since; whoever comes first tells of it."""
        return max([self._request.started, *schedules.ends_of_runs(self._name)])

    def _old_entry(self) -> Entry | None:
        """Return the entry that this resource had elsewhere before an update."""
        old = self._request.old_properties.get("RegistryUri")
        if not old or old == self._request.properties["RegistryUri"]:
            return None
        return Entry.of(self._request.old_properties, owner=str(self._request.old_properties.get("Owner", "")))


def _stop_executions(name: str) -> bool:
    """Stop the jobs of all runs in flight; return whether there was none."""
    in_flight = schedules.executions_in_flight(name)
    for execution in in_flight:
        try:
            schedules.stop_job(execution)
        except ClientError as error:
            if not errors.is_refusal(error):
                raise
            # SageMaker chose a name that the role does not know. A run ends by itself, too, mostly within minutes.
            log("waiting for the run to end: its job may not be stopped", schedule=name, error=str(error))
    return not in_flight


def _remove_if_within_reach(entry: Entry) -> None:
    try:
        entry.remove()
    except ClientError as error:
        if not errors.is_refusal(error) and not errors.is_missing(error):
            raise
        log("an old registry entry is out of reach", entry=entry.uri, error=str(error))
