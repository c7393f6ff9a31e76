"""Manifests name what is there, whatever S3 and the disk do; logs and metrics tell of the objects that there are."""

import json
import logging
import re
import resource
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from capture_writer import Buffering, CaptureLayout, CaptureWriter, Encoding, Payload
from capture_writer.batch_transform import BatchTransformFolder, batch_line

WHEN = datetime(2022, 8, 26, 13, 10, 26, tzinfo=UTC)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def make(s3, patient):
    def writer(buffering=patient):
        return CaptureWriter(
            "s3://bucket/capture",
            endpoint_name="credit",
            layout=CaptureLayout.BATCH_CSV,
            buffering=buffering,
            create_client=s3.create_client,
        )

    return writer


def test_a_manifest_names_only_what_is_there(s3, make):
    seen = []

    def check(request, **_):
        key = request.url.partition("s3.test/")[2]
        if key.endswith(".json"):
            head, *entries = json.loads(request.body.read())
            request.body.seek(0)
            seen.extend(head["prefix"].removeprefix("s3://") + entry in s3.objects for entry in entries)

    s3.client.meta.events.register_first("before-send.s3.PutObject", check)
    s3.plan = ["fine", "unreachable", "lost", "fine", "refused"]
    try:
        with make(buffering=Buffering(flush_seconds=3600, retry_seconds=0.001)) as writer:
            for number in range(2):
                writer.write(Payload.csv([number]), Payload.csv([number]), inference_time=WHEN)
                assert writer.flush()
    finally:
        s3.client.meta.events.unregister("before-send.s3.PutObject", check)
    assert len(seen) > 4
    assert all(seen)
    assert sorted(s3.named("output")) == sorted(f"{key}.out" for key in s3.named("input"))
    assert sorted(s3.named("input").values()) == ["0\n", "1\n"]


def test_what_was_spilled_is_complete_when_it_is_copied(s3, make, tmp_path):
    s3.always = "refused"
    buffering = Buffering(flush_seconds=3600, retry_seconds=0.001, close_seconds=0.05, spill_directory=tmp_path)
    with make(buffering=buffering) as writer:
        writer.write(Payload.csv([1]), Payload.csv([2]), inference_time=WHEN)
    assert writer.metrics.spilled == 1
    s3.objects = {f"bucket/{file.relative_to(tmp_path)}": file.read_bytes() for file in tmp_path.rglob("*.*")}
    assert list(s3.named("input").values()) == ["1\n"]
    assert len(s3.named("output")) == 1


@contextmanager
def small_disk():
    """No file gets larger than a mebibyte meanwhile; what is written up to there is there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEBIBYTE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_spilled_is_named_by_no_manifest_and_leaves_no_part_of_a_file(s3, make, tmp_path):
    s3.always = "refused"
    buffering = Buffering(flush_seconds=3600, flush_bytes=MEBIBYTE, close_seconds=0.05, spill_directory=tmp_path)
    writer = make(buffering=buffering)
    large = Payload.csv([["a" * 1000]] * 2000)
    for request in (Payload.csv(["first"]), large, Payload.csv(["last"])):
        writer.write(request, Payload.csv([0.1]), inference_time=WHEN)
        writer.flush(timeout=0.01)
    with small_disk():
        writer.close()
    assert (writer.metrics.spilled, writer.metrics.failed) == (2, 1)
    s3.objects = {f"bucket/{file.relative_to(tmp_path)}": file.read_bytes() for file in tmp_path.rglob("*.*")}
    assert sorted(s3.named("input").values()) == ["first\n", "last\n"]
    assert len(s3.named("output")) == 2
    assert len(s3.objects) == 6


def test_every_object_is_counted(s3, make):
    with make() as writer:
        for number in range(2):
            writer.write(Payload.csv([number]), Payload.csv([number]), inference_time=WHEN)
            assert writer.flush()
        writer.write(Payload.csv([2]), None, inference_time=WHEN)
    assert writer.metrics.objects == len(s3.requests) == 4 + 4 + 2


def test_a_failed_upload_is_logged_with_the_object_that_failed(s3, make, caplog):
    s3.plan = ["fine", "fine", "fine", "refused"]  # the manifest of the predictions
    with caplog.at_level(logging.WARNING, "capture_writer"), make() as writer:
        writer.write(Payload.csv([1]), Payload.csv([2]), inference_time=WHEN)
    (manifest,) = (key for key in s3.objects if key.startswith("bucket/capture/credit/output/"))
    assert f"attempt 1 to upload 1 records failed at s3://{manifest}, again in" in caplog.text


@pytest.mark.parametrize("spills", [False, True])
def test_what_s3_did_not_take_is_logged_with_the_objects_that_it_would_be_in(s3, make, tmp_path, caplog, spills):
    s3.plan = ["fine", "fine"]
    s3.always = "refused"
    buffering = Buffering(flush_seconds=3600, close_seconds=0.05, spill_directory=tmp_path if spills else None)
    with make(buffering=buffering) as writer:
        writer.write(Payload.csv([1]), Payload.csv([2]), inference_time=WHEN)
    (start,) = re.findall(r"s3://(\S+)\*" + (" wait in " if spills else " could not be written"), caplog.text)
    assert sorted(s3.objects) == [start, f"{start}.out"]


def test_a_forked_process_has_manifests_of_its_own():
    folder = BatchTransformFolder("s3://bucket", encoding=Encoding.CSV, kms_key_id=None, create_client=None)
    line = batch_line(Payload.csv([1]), None, encoding=Encoding.CSV, inference_id="r", time="2022-08-26T13:10:26Z")
    names = []
    for file in ("a.jsonl", "b.jsonl"):
        (_, (name, body)) = folder.objects(f"credit/2022/08/26/13/{file}", line)
        names.append((name, json.loads(body)[1:]))
        folder.forget_client()
    assert [entries for _, entries in names] == [["a.csv"], ["b.csv"]]
    assert names[0][0] != names[1][0]
