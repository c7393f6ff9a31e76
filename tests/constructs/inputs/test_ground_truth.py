from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from aws_cdk import CfnParameter, Duration, Stack
from hypothesis import given, strategies as st

from model_monitor import GroundTruth, MonitorSchedule, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_LABELS = S3Location.from_uri("s3://labels/fraud")


@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (Duration.hours(0), "-PT0H"),
        (Duration.hours(1), "-PT1H"),
        (Duration.minutes(120), "-PT2H"),
        (Duration.days(8), "-P8D"),
        (Duration.hours(30), "-PT30H"),
    ],
)
def test_offsets_are_written_as_the_service_reads_them(offset: Duration, text: str) -> None:
    truth = GroundTruth(location=_LABELS, start_offset=offset, end_offset=offset)
    assert truth.start_text == truth.end_text == text


@given(st.integers(min_value=0, max_value=8784))
def test_every_offset_fits_the_service_s_pattern_and_keeps_its_length(hours: int) -> None:
    text = GroundTruth(location=_LABELS, start_offset=Duration.hours(hours)).start_text
    assert text is not None
    assert re.fullmatch(r".?P.*", text)
    assert len(text) <= 15
    assert Duration.parse(text.removeprefix("-")).to_hours() == hours


def test_no_offset_is_left_to_the_service() -> None:
    assert (GroundTruth(location=_LABELS).start_text, GroundTruth(location=_LABELS).end_text) == (None, None)


def test_refuses_parts_of_hours_and_unknown_lengths(stack: Stack, refused: Refused) -> None:
    with refused("start_offset of 0.5 h", "folders by the hour"):
        GroundTruth(location=_LABELS, start_offset=Duration.minutes(30))
    with refused("end_offset of an unknown length", "known at synthesis"):
        GroundTruth(
            location=_LABELS, end_offset=Duration.hours(CfnParameter(stack, "Hours", type="Number").value_as_number)
        )


def test_refuses_a_window_that_ends_before_it_starts(kit: Kit, stack: Stack, refused: Refused) -> None:
    truth = GroundTruth(location=_LABELS, end_offset=Duration.hours(1))
    with refused(
        "end_offset=Duration.hours(1) with start_offset=Duration.hours(0)", "below 1 hours", "add start_offset"
    ):
        kit.model_quality(stack, ground_truth=truth)
    assert stack.node.try_find_child("ModelQuality") is None
    truth.require_window(MonitorSchedule.daily())
    truth.require_window(MonitorSchedule.once(start=Duration.hours(2)))
