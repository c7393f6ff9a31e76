"""Every accepted record is in S3 exactly once; every other one is counted and logged."""

import logging
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from capture_writer import Buffering, CaptureWriter, Payload

NOW = datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC)
ROW = Payload.csv([1, 2, 3])


def writer_to(s3, buffering, **options):
    return CaptureWriter(
        "s3://bucket/capture", endpoint_name="credit", buffering=buffering, create_client=s3.create_client, **options
    )


def ids(records):
    return Counter(record["eventMetadata"]["inferenceId"] for record in records)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.lists(st.sampled_from(["fine", "refused", "unreachable", "lost"]), max_size=12),
    flush_bytes=st.integers(1, 5000),
    threads=st.integers(1, 4),
    hours=st.integers(1, 3),
    count=st.integers(0, 60),
)
def test_every_accepted_record_is_there_exactly_once(s3, *, plan, flush_bytes, threads, hours, count):
    s3.reset()
    s3.plan[:] = plan
    options = Buffering(flush_seconds=0.002, flush_bytes=flush_bytes, buffer_bytes=20_000, retry_seconds=0.0005)
    with writer_to(s3, options) as writer, ThreadPoolExecutor(threads) as pool:
        accepted = pool.map(
            lambda n: writer.write(ROW, ROW, inference_id=f"id-{n}", inference_time=NOW + timedelta(hours=n % hours)),
            range(count),
        )
        taken = Counter(label_id for label_id in accepted if label_id)
    assert ids(s3.records()) == taken
    metrics = writer.metrics
    assert (metrics.accepted, metrics.written, metrics.pending) == (taken.total(), taken.total(), 0)
    assert metrics.accepted + metrics.dropped == count
    assert metrics.objects == len(s3.objects)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(good=st.integers(0, 6), count=st.integers(1, 30))
def test_what_s3_does_not_take_in_time_is_in_the_spill_directory_exactly_once(s3, tmp_path, good, count):
    s3 = type(s3)()  # an upload of the example before may still be under way
    s3.plan[:] = ["fine"] * good
    s3.always = "refused"
    spill = tmp_path / uuid.uuid4().hex  # examples can be tried again
    options = Buffering(flush_seconds=0.001, flush_bytes=900, retry_seconds=0.0005, spill_directory=spill)
    writer = writer_to(s3, options)
    for n in range(count):
        writer.write(ROW, ROW, inference_id=f"id-{n}")
    writer.close(timeout=0.05)
    spilled = {f"bucket/{file.relative_to(spill)}": file.read_bytes() for file in spill.rglob("*.jsonl")}
    metrics = writer.metrics
    assert metrics.spilled == sum(body.count(b"\n") for body in spilled.values())
    assert metrics.written + metrics.spilled == metrics.accepted == count
    s3.objects.update(spilled)  # as `aws s3 cp --recursive` does; a late success is overwritten with the same
    assert ids(s3.records()) == Counter(f"id-{n}" for n in range(count))


def test_a_spilled_file_has_the_key_as_its_path(s3, tmp_path, patient):
    s3.always = "unreachable"
    writer = writer_to(s3, Buffering(flush_seconds=3600, spill_directory=tmp_path))
    writer.write(ROW, ROW, inference_time=NOW)
    writer.close(timeout=0.05)
    (file,) = tmp_path.rglob("*.jsonl")
    assert str(file.relative_to(tmp_path)).startswith("capture/credit/AllTraffic/2026/11/21/04/")


def test_what_is_lost_at_the_end_is_counted_and_logged(s3, caplog):
    s3.always = "refused"
    writer = writer_to(s3, Buffering(flush_seconds=3600))
    writer.write(ROW, ROW)
    writer.write(ROW, ROW)
    writer.close(timeout=0.05)
    assert writer.metrics.failed == 2
    assert "2 records are lost, s3://bucket/capture/credit/" in caplog.text


def test_an_unusable_spill_directory_is_a_loss_and_not_an_error(s3, tmp_path, caplog):
    (tmp_path / "file").touch()
    s3.always = "refused"
    writer = writer_to(s3, Buffering(spill_directory=tmp_path / "file"))
    writer.write(ROW, ROW)
    writer.close(timeout=0.05)
    assert writer.metrics.failed == 1
    assert "1 records are lost" in caplog.text


def test_serving_never_waits_for_a_stuck_s3(s3, caplog):
    s3.gate.clear()
    writer = writer_to(s3, Buffering(flush_bytes=2000, buffer_bytes=10_000))
    slowest = 0.0
    for _ in range(200):
        begin = time.perf_counter()
        writer.write(ROW, ROW)
        slowest = max(slowest, time.perf_counter() - begin)
    metrics = writer.metrics
    assert slowest < 0.5  # the stuck call would never have ended
    assert 10 <= metrics.accepted < 40
    assert metrics.dropped == 200 - metrics.accepted
    s3.gate.set()
    writer.close()
    assert writer.metrics.written == metrics.accepted == len(s3.records())
    assert f"{metrics.dropped} dropped (the buffer of 10000 bytes was full" in caplog.text


def test_a_stuck_s3_does_not_delay_the_end_for_longer_than_configured(s3):
    s3.gate.clear()
    writer = writer_to(s3, Buffering(flush_bytes=1))
    writer.write(ROW, ROW)
    begin = time.monotonic()
    writer.close(timeout=0.1)
    assert time.monotonic() - begin < 2
    assert writer.metrics.failed == 1
    s3.gate.set()


def test_a_late_answer_does_not_count_a_lost_record_again(s3, eventually):
    s3.gate.clear()
    writer = writer_to(s3, Buffering(flush_bytes=1))
    writer.write(ROW, ROW)
    writer.close(timeout=0.05)
    s3.gate.set()
    eventually(lambda: s3.objects)
    eventually(lambda: "capture of credit" not in [thread.name for thread in threading.enumerate()])
    assert (writer.metrics.written, writer.metrics.failed) == (0, 1)


def test_there_is_room_again_when_s3_is_back(s3, eventually):
    s3.gate.clear()
    writer = writer_to(s3, Buffering(flush_bytes=2000, buffer_bytes=5000))
    while writer.write(ROW, ROW):
        pass
    s3.gate.set()
    eventually(lambda: writer.metrics.pending == 0)
    assert writer.write(ROW, ROW)
    writer.close()


def test_a_record_goes_at_the_latest_after_its_time(s3, eventually):
    writer = writer_to(s3, Buffering(flush_seconds=0.05))
    writer.write(ROW, ROW)
    eventually(lambda: s3.objects)
    writer.close()


def test_an_object_goes_when_it_is_large_enough(s3, patient, eventually):
    writer = writer_to(s3, Buffering(flush_seconds=3600, flush_bytes=2000))
    for _ in range(20):
        writer.write(ROW, ROW)
    eventually(lambda: len(s3.objects) >= 2)
    assert max(len(body) for body in s3.objects.values()) < 3000
    writer.close()


def test_flush_waits_for_what_is_held(s3, patient):
    writer = writer_to(s3, patient)
    s3.plan[:] = ["refused", "unreachable"]
    writer.write(ROW, ROW)
    assert writer.flush(timeout=5)
    assert len(s3.records()) == 1
    assert writer.metrics.upload_errors == 2
    writer.close()


def test_flush_tells_when_it_was_too_short(s3, patient):
    s3.gate.clear()
    writer = writer_to(s3, patient)
    writer.write(ROW, ROW)
    assert not writer.flush(timeout=0.05)
    s3.gate.set()
    writer.close()
    assert writer.flush(timeout=0.05) is False  # a closed writer promises nothing


def test_flush_of_nothing_is_done_at_once(s3, patient):
    assert writer_to(s3, patient).flush(timeout=0.05)


def test_a_writer_that_is_not_used_starts_no_thread(s3, patient):
    before = threading.active_count()
    writer = writer_to(s3, patient)
    writer.flush()
    writer.close()
    assert threading.active_count() == before


def test_a_closed_writer_takes_nothing_and_says_so(s3, patient, caplog):
    writer = writer_to(s3, patient)
    writer.close()
    assert writer.write(ROW, ROW) is None
    assert writer.metrics.dropped == 1
    assert "1 more records were not taken" in caplog.text
    writer.close()


def test_failed_uploads_are_logged_with_their_reason(s3, patient, caplog):
    s3.plan[:] = ["refused"]
    with caplog.at_level(logging.WARNING, "capture_writer"), writer_to(s3, patient) as writer:
        writer.write(ROW, ROW)
    assert "SlowDown" in caplog.text


def test_a_client_that_cannot_be_made_is_tried_again(s3, patient, caplog):
    attempts = []

    def create_client():
        attempts.append(1)
        if len(attempts) < 3:
            raise RuntimeError("no credentials yet")
        return s3.client

    with CaptureWriter("s3://bucket", endpoint_name="e", buffering=patient, create_client=create_client) as writer:
        writer.write(ROW, ROW)
    assert writer.metrics.written == 1
    assert "no credentials yet" in caplog.text


@pytest.mark.parametrize(("percentage", "low", "high"), [(0, 0, 0), (20, 60, 140), (100, 500, 500)])
def test_a_share_of_the_records_is_sampled(s3, patient, percentage, low, high):
    with writer_to(s3, patient, sampling_percentage=percentage) as writer:
        for _ in range(500):
            writer.write(ROW, ROW)
    assert low <= len(s3.records()) <= high
    assert writer.metrics.sampled_out == 500 - len(s3.records())


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"flush_seconds": 0}, "flush_seconds is 0"),
        ({"buffer_bytes": -1}, "buffer_bytes is -1"),
        ({"flush_bytes": 10, "buffer_bytes": 5}, "more than buffer_bytes"),
    ],
)
def test_impossible_buffering_is_refused(options, problem):
    with pytest.raises(ValueError, match=problem):
        Buffering(**options)
