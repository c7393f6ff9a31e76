"""Schedules and lengths of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from model_monitor_cli import capture, times

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("cron(0 * ? * * *)", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("cron(0 3 ? * * *)", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        ("cron(0 0/6 ? * * *)", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("cron(0 17/12 ? * * *)", datetime(2026, 11, 21, 17, tzinfo=UTC)),
        ("cron(0 5/2 * * ? *)", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("NOW", None),
        ("rate(1 hour)", None),
    ],
)
def test_the_next_run_is_read_from_the_expression(expression, following):
    assert times.next_run(expression, NOW) == following


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2h", timedelta(hours=2)),
        ("90m", timedelta(minutes=90)),
        ("1d", timedelta(days=1)),
        ("1H30M", timedelta(hours=1, minutes=30)),
        ("", None),
        ("2", None),
        ("two hours", None),
    ],
)
def test_lengths_of_time_are_read(text, span):
    assert times.parse_span(text) == span


@pytest.mark.parametrize(
    ("seconds", "words"), [(-3, "0 s"), (42, "42 s"), (360, "6 min"), (3 * 3600, "3 h"), (86400 * 5, "5 days")]
)
def test_lengths_of_time_are_told_in_one_unit(seconds, words):
    assert times.span(seconds) == words


def test_today_needs_no_date():
    assert times.clock_time(NOW, NOW) == "06:30"
    assert times.clock_time(NOW - timedelta(days=1), NOW) == "2026-11-20 06:30"


@pytest.mark.parametrize(
    ("key", "time"),
    [
        ("c/credit/AllTraffic/2026/11/21/05/59-58-123-0f.jsonl", datetime(2026, 11, 21, 5, 59, 58, tzinfo=UTC)),
        ("c/input/2026/11/21/05/manifest.json", datetime(2026, 11, 21, 5, tzinfo=UTC)),
        ("c/credit/2026/13/41/05/x.jsonl", None),
        ("c/credit/readme.txt", None),
    ],
)
def test_the_time_of_captured_records_is_in_their_key(key, time):
    assert capture.time_of(key) == time
