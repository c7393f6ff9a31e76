"""Labels in the layout that the merge job reads."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from capture_writer import Buffering, GroundTruthWriter, LabelsNotWrittenError, Payload

WHEN = datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC)


@pytest.fixture
def make(s3, patient):
    def writer(buffering=patient):
        return GroundTruthWriter("s3://bucket/labels", buffering=buffering, create_client=s3.create_client)

    return writer


def test_a_label_is_written_as_documented(s3, make):
    with make() as labels:
        labels.write("request-17", 1, collected=WHEN)
    ((key, body),) = s3.objects.items()
    assert re.fullmatch(r"bucket/labels/2026/11/21/04/[\w-]+\.jsonl", key)
    # model-monitor-model-quality-merge.html
    assert body == (
        b'{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"request-17"},'
        b'"eventVersion":"0"}\n'
    )


@pytest.mark.parametrize(
    ("label", "data", "encoding"),
    [
        (True, "1", "CSV"),
        (0.25, "0.25", "CSV"),
        ("good, very", '"good, very"', "CSV"),
        (Payload.csv([1, "north"]), "1,north", "CSV"),
        (Payload.json({"label": 1}), '{"label":1}', "JSON"),
    ],
)
def test_labels_are_texts(s3, make, label, data, encoding):
    with make() as labels:
        labels.write("id", label)
    assert s3.records()[0]["groundTruthData"] == {"data": data, "encoding": encoding}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.sampled_from(["refused", "lost", "fine"]), max_size=8), count=st.integers(0, 80))
def test_no_label_is_dropped_when_there_is_more_than_fits(s3, make, plan, count):
    s3.reset()
    s3.plan[:] = plan
    with make(Buffering(flush_bytes=500, buffer_bytes=1000, retry_seconds=0.0005)) as labels:
        for number in range(count):
            labels.write(f"id-{number}", number)
    assert sorted(int(record["groundTruthData"]["data"]) for record in s3.records()) == list(range(count))


def test_full_of_many_hours_is_sent_at_once(s3, make):
    with make(Buffering(flush_seconds=3600, flush_bytes=1000, buffer_bytes=1000, close_seconds=5)) as labels:
        for hour in range(24):
            labels.write("id", hour, collected=WHEN.replace(hour=hour))
    assert len(s3.objects) == 24


def test_a_label_without_room_is_an_error(s3, make):
    s3.gate.clear()
    labels = make(Buffering(flush_bytes=100, buffer_bytes=400, close_seconds=0.05))
    labels.write("id-1", 1)
    labels.write("id-2", 1)
    with pytest.raises(LabelsNotWrittenError, match="label of id-3 was not taken"):
        labels.write("id-3", 1)
    s3.gate.set()
    labels.flush()
    labels.close()


def test_labels_that_s3_did_not_take_are_an_error(s3, make):
    s3.always = "refused"
    labels = make()
    labels.write("id", 1)
    with pytest.raises(LabelsNotWrittenError, match="1 of 1 labels are not in S3"):
        labels.close(timeout=0.05)
    assert labels.metrics.failed == 1


def test_an_error_in_the_block_is_the_one_that_is_seen(s3, make):
    s3.always = "refused"
    labels = make(Buffering(close_seconds=0.05))
    labels.write("id", 1)
    with pytest.raises(KeyError, match="the label source"), labels:
        raise KeyError("the label source")
    assert labels.metrics.failed == 1


def test_a_bad_id_is_an_error(make):
    with pytest.raises(ValueError, match="the id '' is not 1 to 64"):
        make().write("", 1)
