"""Every mistake in a configuration file is told with its line, its path and what to do."""

from __future__ import annotations

import pytest

# Lines 1 to 5; a mistake is put below.
HEAD = """\
endpoints:
  credit:
    capture: s3://records/capture
    data_quality:
      baseline: {dataset: s3://training/train.csv}
"""
MONITOR = "endpoints.credit.data_quality"


def described(problem):
    return (problem.line, ".".join(str(part) for part in problem.path), problem.got, problem.expected, problem.fix)


@pytest.mark.parametrize(
    ("below", "told"),
    [
        pytest.param(
            "      shedule: hourly\n",
            (
                6,
                f"{MONITOR}.shedule",
                "the unknown key 'shedule'",
                "one of baseline, name, mutes, schedule, compute, network, role, variables, preprocessor, "
                "postprocessor, constraints, categorical, guard_records, example_records, alarms",
                "did you mean 'schedule'?",
            ),
            id="unknown key",
        ),
        pytest.param(
            "      schedule:\n        cron: rate(1 hour)\n",
            (
                7,
                f"{MONITOR}.schedule.cron",
                '"rate(1 hour)"',
                "cron(0 * ? * * *), cron(0 H ? * * *) or cron(0 H/N ? * * *), H from 0 to 23 and N from 1 to 24",
                "write 'schedule: hourly', 'schedule: {daily: {hour: 3}}' or 'schedule: {every: {hours: 6}}'; "
                "the service supports no minutes, no weekdays and no rate()",
            ),
            id="bad cron",
        ),
        pytest.param(
            "      schedule: weekly\n",
            (
                6,
                f"{MONITOR}.schedule",
                '"weekly"',
                "hourly, daily, {daily: {hour: 3}}, {every: {hours: 6}}, {cron: 'cron(0 0/6 ? * * *)'} or "
                "{once: {start_hours_before: 24}}",
                "use one of these; docs/configuration.md explains them",
            ),
            id="schedule of no known shape",
        ),
        pytest.param(
            "      schedule: {dayly: {hour: 3}}\n",
            (
                6,
                f"{MONITOR}.schedule",
                "a mapping with the key 'dayly'",
                "hourly, daily, {daily: {hour: 3}}, {every: {hours: 6}}, {cron: 'cron(0 0/6 ? * * *)'} or "
                "{once: {start_hours_before: 24}}",
                "did you mean 'daily'?",
            ),
            id="misspelt shape",
        ),
        pytest.param(
            "      schedule: {daily: {hour: 24}}\n",
            (6, f"{MONITOR}.schedule.daily.hour", "24", "at most 23", "choose such a value"),
            id="number out of range",
        ),
        pytest.param(
            "      alarms:\n        any_violation: 'yes'\n",
            (
                7,
                f"{MONITOR}.alarms.any_violation",
                '"yes"',
                "true or false",
                "remove the quotes, if there are any, and write the value alone",
            ),
            id="text for a truth value",
        ),
        pytest.param(
            "      alarms:\n        silence_after: soon\n",
            (
                7,
                f"{MONITOR}.alarms.silence_after",
                '"soon"',
                "a number of periods, or never",
                "use one of these; docs/configuration.md explains them",
            ),
            id="neither number nor word",
        ),
        pytest.param(
            "      variables: {LIMIT: 3}\n",
            (6, f"{MONITOR}.variables.LIMIT", "3", "text", 'put it in quotes: "3"'),
            id="number for text",
        ),
        pytest.param(
            "      constraints: {features: {flag: {allowed_values: [no, yes]}}}\n",
            (
                6,
                f"{MONITOR}.constraints.features.flag.allowed_values.0",
                "false",
                "text",
                "put it in quotes: YAML reads yes, no, on, off, true and false as truth values",
            ),
            id="word that YAML takes for a truth value",
        ),
        pytest.param(
            "      constraints: {drift_method: robst}\n",
            (6, f"{MONITOR}.constraints.drift_method", '"robst"', "robust or simple", "did you mean 'robust'?"),
            id="word out of a closed set",
        ),
        pytest.param(
            "      categorical: []\n",
            (6, f"{MONITOR}.categorical", "a list of 0", "at least one entry", "choose such a value"),
            id="empty list",
        ),
        pytest.param(
            "      network: {vpc: vpc-0a1b2c3d}\n",
            (
                6,
                f"{MONITOR}.network",
                "a mapping with the key 'vpc'",
                "'subnets' beside 'vpc'",
                "add 'subnets: [subnet-..., subnet-...]'",
            ),
            id="vpc without subnets",
        ),
        pytest.param(
            "      compute: {instance_type: m5.large}\n",
            (
                6,
                f"{MONITOR}.compute.instance_type",
                '"m5.large"',
                "a SageMaker instance type such as ml.m5.xlarge",
                "write it with 'ml.' in front",
            ),
            id="instance type of EC2",
        ),
        pytest.param(
            "    notify: {email: me@example.com}\n",
            (
                6,
                "endpoints.credit.notify",
                "a mapping with the key 'email'",
                "a list (- item)",
                "write every entry on a line of its own, after '- '",
            ),
            id="single value for a list",
        ),
        pytest.param(
            "    environment:\n      account: 123456789012\n",
            (7, "endpoints.credit.environment.account", "123456789012", "text", 'put it in quotes: "123456789012"'),
            id="account without quotes",
        ),
        pytest.param(
            "    topic: ml-alarms\n",
            (
                6,
                "endpoints.credit.topic",
                '"ml-alarms"',
                "the ARN of a standard SNS topic, arn:aws:sns:<region>:<account>:<name>",
                "copy the ARN from the topic's page; alarms cannot publish to FIFO topics",
            ),
            id="name for an ARN",
        ),
        pytest.param(
            "  fraud: {}\n",
            (
                6,
                "endpoints.fraud.capture",
                "no 'capture'",
                "the key 'capture'",
                "add 'capture: ...'; docs/configuration.md explains it",
            ),
            id="missing key",
        ),
        pytest.param(
            "  credit risk: 1\n",
            (
                6,
                "endpoints.credit risk",
                '"credit risk"',
                "the name of an endpoint: 1 to 63 letters, digits and hyphens",
                "write the name, not the ARN, as describe-endpoint shows it",
            ),
            id="impossible endpoint name",
        ),
    ],
)
def test_a_mistake_is_told_with_line_path_and_fix(problems_of, below, told):
    assert described(problems_of(HEAD + below)[0]) == told


@pytest.mark.parametrize(
    ("baseline", "got", "expected", "fix"),
    [
        ("{dataset: s3://training//train.csv}", '"s3://training//train.csv"', "single slashes", "doubled slash"),
        ("{dataset: train.csv}", '"train.csv"', "s3://bucket/prefix", "bucket and key"),
        ("{dataset: s3://training/all}", "a mapping with the key 'dataset'", "a 'format'", "add 'format: csv'"),
        ("{file: missing.csv}", '"missing.csv"', "an existing file at ", "relative to the file that names them"),
        ("{statistics: s3://training/statistics.json}", "no 'constraints'", "the key 'constraints'", "add"),
        ("s3://training/train.csv", '"s3://training/train.csv"', "{dataset: s3://...}", "use one of these"),
        ("", "nothing", "{dataset: s3://...}", "write one of these"),
    ],
)
def test_a_wrong_baseline_is_refused(problems_of, baseline, got, expected, fix):
    text = HEAD.replace("{dataset: s3://training/train.csv}", baseline)
    (problem,) = problems_of(text)
    assert problem.line == 5
    assert problem.path[:4] == ("endpoints", "credit", "data_quality", "baseline")
    assert problem.got == got
    assert expected in problem.expected
    assert fix in problem.fix


def test_a_missing_baseline_file_is_looked_for_beside_the_configuration(problems_of, tmp_path):
    text = HEAD.replace("{dataset: s3://training/train.csv}", "{file: data/train.csv}")
    (problem,) = problems_of(text)
    assert problem.expected == f"an existing file at {tmp_path / 'data/train.csv'}"


def test_all_mistakes_of_a_file_are_listed_in_its_order(problems_of):
    problems = problems_of(
        "defaults: {tags: {cost: 12}}\n" + HEAD.replace("s3://records", "records") + "      alarm: {}\nendpoint: {}\n"
    )
    assert [problem.line for problem in problems] == [1, 4, 7, 8]


def test_monitors_of_one_endpoint_need_names_of_their_own(problems_of):
    monitor = "      - baseline: {dataset: s3://training/train.csv}\n"
    (problem,) = problems_of(HEAD.rsplit("      baseline", 1)[0] + monitor + monitor)
    assert (problem.line, problem.path) == (2, ("endpoints", "credit"))
    assert problem.expected == "a 'name' of its own for every monitor"
    assert problem.fix == "got DataQuality, DataQuality; rename one, for example to DataQualityDaily"


def test_a_mistake_in_a_list_names_the_position(problems_of):
    monitor = "      - baseline: {dataset: s3://training/train.csv}\n        schedule: {every: {hours: 0}}\n"
    (problem,) = problems_of(HEAD.rsplit("      baseline", 1)[0] + monitor)
    assert problem.path == ("endpoints", "credit", "data_quality", 0, "schedule", "every", "hours")
    assert (problem.line, problem.expected) == (6, "1 or more")


def test_two_endpoints_cannot_share_a_stack(problems_of):
    second = HEAD.removeprefix("endpoints:\n").replace("credit:", "fraud:") + "    stack_name: ModelMonitoring-credit\n"
    (problem,) = problems_of(HEAD + second)
    assert problem.expected == "a stack of its own for everything that is monitored"
    assert problem.fix == "ModelMonitoring-credit would hold several; change a 'stack_name'"


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ("{email: ml@example.com}", "ml@example.com"),
        ("{slack: {workspace: T07EZ1ABC, channel: C013F4ABC}}", '{workspace: "T07EZ1ABC", channel: "C013F4ABC"}'),
    ],
)
def test_an_entry_that_stands_twice_is_shown_as_it_is_written(problems_of, entry, shown):
    (problem,) = problems_of(HEAD + f"    notify: [{entry}, {entry}]\n")
    assert (problem.expected, problem.fix) == ("every entry once", f"remove the second {shown}")
