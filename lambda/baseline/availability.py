"""Whether this account may have monitoring schedules at all.

Model Monitor is closed to accounts that did not use it before 2026-07-30. Such an account would pay for the baseline,
and then fail at the schedule. So a schedule is asked for that cannot be made, because its job definition does not
exist: an account that may have schedules is told so.
"""

from __future__ import annotations

import re
import time

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.monitor_type import MonitorType
from shared import clients, errors, schedules
from shared.logs import log

# AWS does not publish what Model Monitor answers. These are parts of what other services that were closed answer
# (Machine Learning, OpsWorks, RoboMaker, CodeCommit), with codes such as AccessDeniedException, ForbiddenException and
# ValidationException. What IAM answers names an action that somebody "is not authorized to perform".
CLOSED = re.compile(
    r"new customers?\b|existing customers|not (available|enabled|supported) (for|in|to) (this|your) account"
    r"|account is not (authorized|permitted|allowed|eligible)\b(?! to perform: )|no longer (available|open)",
    re.IGNORECASE,
)
WHAT_AWS_SAYS = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html"
_MAX_NAME = 57
# Midnight, should one ever be made: it would not run before it is deleted.
_EXPRESSION = "cron(0 0 ? * * *)"
_DELETE_STEPS = 10
_DELETE_SECONDS = 2.0


def refuse_closed_account(schedule: str, monitor_type: MonitorType, *, is_fresh: bool) -> None:
    """Check that the account may make schedules, without making one.

    Args:
        schedule: Name of the schedule that the stack will make.
        monitor_type: Its kind.
        is_fresh: Whether IAM may refuse only because it does not know the role's policy yet. Later, a refusal by IAM
            tells nothing of the account, which then counts as open.

    Raises:
        BaselineError: The account is told that Model Monitor is closed to it.
        ClientError: AWS is busy, or IAM has refused and may not refuse any more a little later.
    """
    name = f"{schedule[:_MAX_NAME]}-probe"
    try:
        clients.sagemaker().create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "ScheduleConfig": {"ScheduleExpression": _EXPRESSION},
                "MonitoringJobDefinitionName": name,
                "MonitoringType": monitor_type.value,
            },
        )
    except ClientError as error:
        if errors.is_transient(error):
            raise
        if CLOSED.search(errors.message(error)):
            raise BaselineError(
                f"this account may not make monitoring schedules ({errors.message(error)}), so no baseline was "
                f"computed: AWS has closed Model Monitor to accounts that did not use it before 2026-07-30, see "
                f"{WHAT_AWS_SAYS}. Deploy to an account that used it before, or ask AWS Support"
            ) from None
        if is_fresh and errors.is_refusal(error):
            raise
        log("account is open", answer=errors.code(error))
        if errors.code(error) != "ResourceInUse":
            return
    _delete(name)


def _delete(name: str) -> None:
    """Delete a schedule that should not exist; SageMaker refuses it while the schedule is still being made."""
    for step in range(_DELETE_STEPS):
        if step:
            time.sleep(_DELETE_SECONDS)
        try:
            schedules.delete(name)
            if schedules.describe(name) is None:
                return
        except ClientError as error:
            if not errors.is_denied(error):
                raise
            break
    log("a schedule of no use could not be deleted", schedule=name)
