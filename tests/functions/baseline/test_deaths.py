"""The function may die before or after any of its calls; the framework then polls again."""

import pytest


class Death(BaseException):
    """What ends a function without a word."""


class Mortal:
    """Let the function die once, at one of its calls."""

    def __init__(self, aws, call, *, after):
        self.left, self.after, self.answer = call, after, aws.answer
        aws.answer = self

    def __call__(self, operation, params):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Death
        answer = self.answer(operation, params)
        if self.left == 0:
            raise Death
        return answer


def finish(framework):
    for _ in range(30):
        try:
            result = framework.poll()
        except Death:
            continue
        if result["IsComplete"]:
            return result["Data"]
    raise AssertionError("still not complete after 30 polls")


@pytest.mark.parametrize("death", [(call, after) for call in range(1, 31) for after in (False, True)], ids=str)
@pytest.mark.parametrize("changes", [{}, {"Categorical": "auto"}], ids=["one job", "two jobs"])
def test_a_death_costs_no_second_job_and_leaves_no_note(csv_baseline, framework, properties, changes, death):
    asked = properties(ScheduleName="credit", MeanShift={"age": 0.5}, **changes)
    csv_baseline.fail("CreateMonitoringSchedule", "ValidationException", "Could not find job definition", times=9)
    framework.accept(
        {
            "ResourceType": "Custom::ModelMonitorBaseline",
            "RequestType": "Create",
            "RequestId": "1",
            "StackId": "stack",
            "LogicalResourceId": "Baseline",
            "ResourceProperties": asked,
        }
    )
    Mortal(csv_baseline, death[0], after=death[1])
    data = finish(framework)
    assert data["Mean.age"] == "39.5"
    names = [params["ProcessingJobName"] for name, params in csv_baseline.calls if name == "CreateProcessingJob"]
    assert len(csv_baseline.jobs) == len(set(names)) == (2 if changes else 1)
    assert all(job["status"] == "Completed" for job in csv_baseline.jobs.values())
    assert "baselines/credit/running.json" not in set(csv_baseline.keys())
