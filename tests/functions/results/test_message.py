"""The message as people get it. The files in `golden` are the expected messages, letter by letter.

`UPDATE_SNAPSHOTS=1 python -m pytest tests/functions/results/test_message.py` writes them anew after a change that is
meant.
"""

import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from results.lookup import Streak
from results.message import RunFacts, failure_message, unreadable_message, violations_message
from run_report.violations import Finding, by_severity, parse_violation

GOLDEN = Path(__file__).parent / "golden"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = RunFacts(
    watched="endpoint credit-risk",
    title="credit-risk",
    schedule="credit-risk-data-quality",
    kind="data quality",
    scheduled=NOON,
    window=(NOON - timedelta(hours=1), NOON),
    places={"Report": "s3://monitoring/reports/2026/11/21/12", "Runbook": "https://wiki.example.com/drift"},
)
ONCE = Streak(NOON, 1, is_cut=False)
VIOLATIONS = [
    ("age", "baseline_drift_check", "Baseline drift distance: 0.34567891234 exceeds threshold: 0.1"),
    (
        "dti",
        "data_type_check",
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. "
        "Observed: Only 99.58289885297185% of data is Integral.",
    ),
    (
        "income_of_the_household_over_the_last_twelve_months",
        "completeness_check",
        "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 96.875%.",
    ),
    (
        "purpose",
        "categorical_values_check",
        "Value: 0.009009009009009009 does not meet the constraint requirement! ",
    ),
    ("region", "new_check", "Something that nobody has seen before and that is long enough to need two lines here"),
]


def findings(violations):
    names = ("feature_name", "constraint_check_type", "description")
    return by_severity([parse_violation(dict(zip(names, violation, strict=True))) for violation in violations])


def drifting(count):
    return findings(
        (f"f{number:02}", "baseline_drift_check", f"distance: 0.{99 - number} exceeds threshold: 0.1")
        for number in range(count)
    )


def _failed(reason, exit_message, hint):
    return failure_message(RUN, reason=reason, stop_reason=None, exit_message=exit_message, hint=hint)


def expect(name, message):
    text, file = f"{message.subject}\n\n{message.body}", GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(text)
    assert text == file.read_text()


def test_violations_of_every_kind():
    streak = Streak(NOON - timedelta(hours=14), 6, is_cut=False)
    expect("violations", violations_message(RUN, findings(VIOLATIONS), count=5, streak=streak))


def test_missing_columns():
    text = (
        "There are missing columns in current dataset. Number of columns in current dataset: 7, "
        "Number of columns in baseline constraints: 21"
    )
    found = findings([("Missing columns", "missing_column_check", text)])
    expect("missing_columns", violations_message(RUN, found, count=1, streak=ONCE))


def test_more_violations_than_one_wants_to_read():
    expect("many", violations_message(RUN, drifting(24), count=24, streak=ONCE))


def test_a_report_that_cannot_be_read():
    problem = "s3://monitoring/reports/constraint_violations.json does not exist"
    said = "CompletedWithViolations: Job completed successfully with 3 violations."
    expect("unreadable", unreadable_message(RUN, problem=problem, exit_message=said, streak=ONCE))


def test_a_failed_run():
    hint = "give the job a bigger volume (VolumeSizeInGB); the data must fit on it"
    reason = "ClientError: No space left on device"
    expect("failed", _failed(reason, "Writing statistics failed", hint))


def test_a_failed_run_that_says_nothing():
    expect("failed_without_reason", _failed(None, None, None))


def test_a_window_over_midnight_names_both_days():
    run = RunFacts(**{**vars(RUN), "window": (NOON - timedelta(hours=24), NOON)})
    body = violations_message(run, drifting(1), count=1, streak=ONCE).body.replace("\n", " ")
    assert "between 2026-11-20 12:00 and 2026-11-21 12:00 UTC" in body


@pytest.mark.parametrize("endpoint", ["x" * 63, "Kreditrisiko-\u00fc"])
def test_the_subject_is_what_sns_takes(endpoint):
    run = RunFacts(**{**vars(RUN), "title": endpoint})
    found = findings([("l\u00e4nge\n" * 30, "baseline_drift_check", "distance: 0.5 exceeds threshold: 0.1")])
    subject = violations_message(run, found, count=1, streak=ONCE).subject
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) < 100


TEXTS = st.text(max_size=40)
FINDINGS = st.lists(
    st.builds(
        Finding,
        feature=TEXTS,
        check=st.sampled_from(["baseline_drift_check", "missing_column_check", "unknown"]),
        value=st.sampled_from(["", "0.5", "99.9 %"]),
        limit=st.sampled_from(["", "0.1"]),
        description=TEXTS,
        severity=st.sampled_from([0.0, 1.0, math.inf]),
    ),
    min_size=1,
    max_size=40,
)


@given(FINDINGS)
def test_the_message_stays_small_and_names_the_worst_whatever_was_found(found):
    message = violations_message(RUN, by_severity(found), count=len(found), streak=ONCE)
    assert len(message.body.encode()) < 64 * 1024
    assert message.subject.isascii()
    assert message.subject.isprintable()
    assert len(message.subject) <= 100
    assert message.body.startswith("The data quality monitor found ")
    if len(found) > 20:
        assert f"and {len(found) - 20} more, see the report" in message.body


def one(feature, check="baseline_drift_check", description="distance: 0.5 exceeds threshold: 0.1"):
    return violations_message(RUN, findings([(feature, check, description)]), count=1, streak=ONCE)


def test_control_characters_of_names_are_shown_and_not_obeyed():
    message = one("age\nWHERE\nReport: https://evil.example\r\x1b[2J\u202e\u200b")
    shown = r'"age\nWHERE\nReport: https://evil.example\r\x1b[2J\u202e\u200b"'
    assert shown[:40] in message.body.replace("\n", " ")
    assert shown.replace("\\u202e", "")[:40] in message.subject
    assert message.body.count("\nWHERE\n") == 1
    for letter in "\r\x1b\u202e\u200b":
        assert letter not in message.body


@pytest.mark.parametrize(
    ("feature", "shown"),
    [
        ("age", "age"),
        ("income.2026", "income.2026"),
        ("pay-day[3]", "pay-day[3]"),
        ("gr\u00f6\u00dfe", "gr\u00f6\u00dfe"),
        ("DPPL of sex=female", "DPPL of sex=female"),
        ("annual income", '"annual income"'),
        ("All is well. Ignore this", '"All is well. Ignore this"'),
        ("http://evil.example", '"http://evil.example"'),
        ('say "well"', "\"say 'well'\""),
    ],
)
def test_names_that_could_read_as_our_words_are_quoted(feature, shown):
    message = one(feature)
    rows = [line for line in message.body.splitlines() if "drift" in line and "0.5" in line]
    assert any(row.startswith(f"{shown}  ") for row in rows), message.body
    assert f"worst: {shown}, drift 0.5" in " ".join(message.body.split())


def test_checks_and_texts_that_are_not_known_are_quoted():
    message = one("age", "all is well", "Nothing to see. WHAT TO DO: nothing")
    text = " ".join(message.body.split())
    assert 'age: "Nothing to see. WHAT TO DO: nothing"' in text
    assert '"all is well": Look at the report' in text
    assert 'worst: age, "all is well"' in message.subject


def test_reasons_are_quoted_in_one_line():
    message = _failed("ClientError:\n\nWHAT TO DO\nnothing", "done\x00", None)
    assert r'Reason   "ClientError:\n\nWHAT TO DO\nnothing"' in message.body
    assert r'Message  "done\x00"' in message.body
    assert message.body.count("\nWHAT TO DO\n") == 1


def test_our_own_words_about_a_stop_are_not_quoted():
    message = failure_message(RUN, reason=None, stop_reason="it was stopped", exit_message=None, hint=None)
    assert "Reason  it was stopped" in message.body


@pytest.mark.parametrize("check", ["missing_column_check", "extra_column_check"])
@pytest.mark.parametrize(
    ("description", "reason"),
    [
        (
            "Number of columns in current dataset: 7, Number of columns in baseline constraints: 21",
            "the records have 7 columns, the baseline 21.",
        ),
        ("columns are gone", "the records do not have the columns of the baseline."),
    ],
)
def test_column_counts_say_that_drift_could_not_be_checked(check, description, reason):
    text = " ".join(one("Missing columns", check, description).body.split())
    assert f"Drift could not be checked, because {reason} Neither could anything else." in text


def test_other_violations_say_nothing_about_what_could_not_be_checked():
    assert "could not be checked" not in one("age").body


HUGE = "\U0001f600\x00" * 50_000


def test_a_body_stays_below_what_sns_takes_whatever_is_in_it():
    run = RunFacts(**{**vars(RUN), "places": dict.fromkeys(("Report", "Job", "Log", "Runbook"), HUGE)})
    found = [
        Finding(HUGE + str(number), f"{HUGE}{number}", "1" * 50_000, "2" * 50_000, HUGE, 1.0) for number in range(60)
    ]
    messages = [
        violations_message(run, found, count=60, streak=ONCE),
        violations_message(
            run, [Finding("Missing columns", "missing_column_check", "9" * 50_000, "1", "", 1.0)], count=1, streak=ONCE
        ),
        unreadable_message(run, problem=HUGE, exit_message=HUGE, streak=ONCE),
        failure_message(run, reason=HUGE, stop_reason=None, exit_message=HUGE, hint=None),
    ]
    for message in messages:
        assert len(message.body.encode()) < 256 * 1024
        assert len(message.subject) <= 100
        assert message.subject.isascii()
        assert message.subject.isprintable()
        assert "WHERE" in message.body
