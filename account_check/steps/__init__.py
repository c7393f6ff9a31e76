"""The steps, cheapest first."""

from account_check.step import Step
from account_check.steps import access, baseline, clarify, identity, quotas, role, run, schedule, stop, topic

STEPS: tuple[Step, ...] = (
    identity.STEP,
    access.STEP,
    quotas.STEP,
    schedule.STEP,
    topic.STEP,
    role.STEP,
    baseline.STEP,
    stop.STEP,
    run.STEP,
    clarify.STEP,
)
"""All of them, in the order in which they are taken."""
