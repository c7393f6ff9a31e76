"""Deployments in an account that is closed to Model Monitor, and while IAM takes its time."""

import pytest

from baseline.errors import BaselineError


def test_a_closed_account_is_reported_before_a_job_is_paid_for(world, deploy):
    world.box.change(model_monitor_closed=True)
    try:
        with pytest.raises(BaselineError, match=r"may not make monitoring schedules \("):
            deploy("Create", world.properties("closed"))
    finally:
        world.box.change(model_monitor_closed=False)
    assert world.sagemaker.list_processing_jobs(NameContains="credit-closed")["ProcessingJobSummaries"] == []
