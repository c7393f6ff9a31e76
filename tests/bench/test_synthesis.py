"""What `make bench` prints of measured times; the measuring itself takes minutes."""

from __future__ import annotations

from bench.synthesis import Case, report


def test_times_are_shown_as_multiples_of_an_empty_app_and_of_the_resources_alone():
    seconds = {Case("empty", 1, 0): 2.0}
    for monitors, first, further in ((1, 5.0, 0.3), (4, 6.0, 0.8)):
        seconds[Case("monitored", 1, monitors)] = first
        seconds[Case("monitored", 11, monitors)] = first + 10 * further
        seconds[Case("raw", 1, monitors)] = seconds[Case("l1", 1, monitors)] = 3.0
        seconds[Case("raw", 11, monitors)] = 3.0 + 10 * 0.2
        seconds[Case("l1", 11, monitors)] = 3.0 + 10 * 0.25
    seconds[Case("monitored", 5, 1)] = 5.0 + 4 * 0.3
    lines = report(seconds, 11).splitlines()
    assert lines[1].split() == ["empty", "app", "2.00", "1.00"]
    assert lines[2].split() == ["1", "x", "1", "monitored", "5.00", "2.50"]
    assert lines[-3:] == [
        "a further endpoint with 1 monitor: 0.300 s, "
        "1.2 times its resources with L1 classes (0.250 s), 1.5 times raw (0.200 s)",
        "a further endpoint with 4 monitors: 0.800 s, "
        "3.2 times its resources with L1 classes (0.250 s), 4.0 times raw (0.200 s)",
        "a further endpoint beyond 5 costs 1.00 times what one costs before",
    ]
