"""The page is written beside a run's files, and is in nobody's way."""

from datetime import timedelta

import pytest

from results import page
from run_report import PAGE

STATISTICS = {
    "dataset": {"item_count": 400},
    "features": [
        {
            "name": "age",
            "inferred_type": "Fractional",
            "numerical_statistics": {
                "common": {"num_present": 400, "num_missing": 0},
                "mean": 44.0,
                "distribution": {"kll": {"sketch": {"data": [[40.0, 44.0, 48.0]]}}},
            },
        }
    ],
}


@pytest.fixture
def ended(runs, aws, two_violations):
    """Return a function that ends a run with violations and handles it, and returns where its page should be."""

    def make(status="CompletedWithViolations", *, key=None, **registered):
        runs.register(short_name="data-quality", **registered)
        name = runs.add(status, violations=two_violations, files={"statistics.json": STATISTICS})
        request = aws.jobs[name]["request"]
        if key:
            request["ProcessingOutputConfig"]["KmsKeyId"] = key
        request["Environment"]["baseline_statistics"] = "/opt/ml/processing/baseline/stats/statistics.json"
        source = {"S3Uri": "s3://out/baselines/1/statistics.json", "LocalPath": "/opt/ml/processing/baseline/stats"}
        request["ProcessingInputs"] = [{"InputName": "baseline", "S3Input": source}]
        mean = {**STATISTICS["features"][0]["numerical_statistics"], "mean": 35.5}
        before = {
            "dataset": {"item_count": 3000},
            "features": [{**STATISTICS["features"][0], "numerical_statistics": mean}],
        }
        aws.put("s3://out/baselines/1/statistics.json", before)
        assert runs.handle(runs.event(name)) == {"handled": 1}
        return f"reports/credit-risk/Credit-data-quality/{runs.time():%Y/%m/%d/%H}/{PAGE}"

    return make


def written(aws, key):
    return ("out", key) in aws.objects


@pytest.mark.parametrize("status", ["Completed", "CompletedWithViolations"])
def test_each_run_that_was_analysed_gets_a_page_encrypted_like_its_files(ended, aws, status):
    key = ended(status, key="arn:aws:kms:us-east-1:111122223333:key/1")
    assert aws.get(f"s3://out/{key}").startswith(b"<!doctype html>")
    assert aws.puts[key] == {
        "ContentType": "text/html; charset=utf-8",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "arn:aws:kms:us-east-1:111122223333:key/1",
    }
    (actor,) = {
        actor for operation, params, actor in aws.actors if params.get("Key") == key and operation == "PutObject"
    }
    assert actor == "access-Credit-data-quality"


def test_the_message_links_to_the_page_and_says_what_changed(ended, aws, runs):
    key = ended()
    (message,) = aws.messages
    assert (
        f"Page: https://us-east-1.console.aws.amazon.com/s3/object/out?region=us-east-1&prefix={key}"
        in message["Message"]
    )
    command = f"Command: model-monitor report credit-risk data-quality --at {runs.time():%Y-%m-%dT%H:%M}"
    assert command in message["Message"]
    assert "Records  400 (the baseline has 3,000)" in message["Message"]
    assert "age: mean 35.5 -> 44" in message["Message"]
    assert "constraints.features.age.drift_threshold" in message["Message"]


def test_without_a_page_the_message_says_the_same_but_links_to_none(ended, aws):
    key = ended(page=False)
    assert not written(aws, key)
    (message,) = aws.messages
    assert "Page:" not in message["Message"]
    assert "age: mean 35.5 -> 44" in message["Message"]


@pytest.mark.parametrize("part", ["collect", "render"])
def test_a_page_that_cannot_be_made_loses_nothing_else_and_is_told_by_the_log(ended, aws, monkeypatch, capsys, part):
    def broken(*_):
        raise MemoryError(part)

    monkeypatch.setattr(page, part, broken)
    key = ended()
    assert not written(aws, key)
    assert (len(aws.messages), len(aws.events), len(aws.metrics)) == (1, 1, 4)
    assert "Page:" not in aws.messages[0]["Message"]
    assert '"page not written"' in capsys.readouterr().out


def test_a_page_that_may_not_be_written_is_not_tried_again(ended, aws, runs, capsys):
    aws.fail("PutObject", "AccessDenied", status=403, times=9, when=lambda params: params["Key"].endswith(PAGE))
    key = ended()
    assert not written(aws, key)
    assert (len(aws.messages), len(aws.events)) == (1, 1)
    assert '"page not written"' in capsys.readouterr().out
    assert runs.handle({"sweep": True}) == {"handled": 0}


def test_a_function_that_dies_of_a_page_sends_the_message_next_time(runs, aws, two_violations, monkeypatch):
    class Death(BaseException):
        """Memory has come to an end."""

    def die(_report):
        raise Death

    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    monkeypatch.setattr(page, "_ENOUGH_TIME", timedelta(days=-1))
    with monkeypatch.context() as patched:
        patched.setattr(page, "render", die)
        with pytest.raises(Death):
            runs.handle(event, seconds_left=-60)
    assert aws.messages == []
    assert runs.handle(event) == {"handled": 1}
    assert len(aws.messages) == 1
    assert not any(key.endswith(PAGE) for _, key in aws.objects)


def test_with_little_time_left_the_message_comes_first(runs, aws, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations, files={"statistics.json": STATISTICS})
    assert runs.handle(runs.event(name), seconds_left=30) == {"handled": 1}
    assert len(aws.messages) == 1
    assert not any(key.endswith(PAGE) for _, key in aws.objects)


def test_a_run_without_records_is_no_data_and_no_failure_whoever_says_so(runs, aws, metrics):
    name = runs.add("Failed", reason="AlgorithmError: exit code 1", exit_message="Job inputs had no data: no records")
    runs.handle(runs.event(name))
    assert (metrics()["NoData"], metrics()["FailedExecutions"], aws.messages) == (1, 0, [])
