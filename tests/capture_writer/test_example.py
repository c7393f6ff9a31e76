"""The example's service, which is what others copy."""

from __future__ import annotations

import json

from capture_writer import CaptureLayout, CaptureWriter
from examples.served_elsewhere.serve import MODEL, Service


def test_the_service_captures_what_it_was_sent_and_what_it_answered(s3, patient):
    writer = CaptureWriter(
        "s3://traffic/capture",
        endpoint_name=MODEL,
        layout=CaptureLayout.BATCH_CSV,
        buffering=patient,
        create_client=s3.create_client,
    )
    with writer:
        score = Service(writer).predict({"income": 1000, "amount": 6000, "term": 24, "flag": 0}, "request-1")
    assert score == 0.5
    rows = {key: body.decode() for key, body in s3.objects.items() if "/data/" in key}
    assert [body for key, body in rows.items() if key.endswith(".csv")] == ["1000,6000,24,0\n"]
    (answer,) = [body for key, body in rows.items() if key.endswith(".csv.out")]
    assert answer.startswith("0.5,request-1,")
    manifests = [key for key in s3.objects if key.endswith(".json")]
    assert {key.split("/")[3] for key in manifests} == {"input", "output"}
    assert all(
        json.loads(s3.objects[key])[0]["prefix"].startswith(f"s3://traffic/capture/{MODEL}/") for key in manifests
    )
