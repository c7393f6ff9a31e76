"""Records of batch transform: cut into requests, put together again, joined with their input, given ids."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sandbox.sagemaker.transform.inference_ids import UnidentifiableError, with_ids
from sandbox.sagemaker.transform.joined import UnjoinableError, joined
from sandbox.sagemaker.transform.records import RecordTooLongError, assembled, requests

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
STARTED = "2026-01-31T08:15:00Z"
lines = st.lists(st.text(alphabet="0123456789,.", min_size=1, max_size=20), max_size=20)


@given(lines, st.sampled_from(["SingleRecord", "MultiRecord"]))
def test_requests_hold_every_record_once_in_order(records: list[str], strategy: str) -> None:
    content = "\n".join(records).encode()
    bodies = list(requests(content, split_type="Line", strategy=strategy, max_payload_mb=6))
    assert [line for body in bodies for line in body.decode().split("\n")] == records
    assert len(bodies) == (len(records) if strategy == "SingleRecord" else min(len(records), 1))


def test_requests_are_no_longer_than_allowed() -> None:
    record = b"x" * 400_000
    bodies = list(requests(b"\n".join([record] * 5), split_type="Line", strategy="MultiRecord", max_payload_mb=1))
    assert [len(body.split(b"\n")) for body in bodies] == [2, 2, 1]
    with pytest.raises(RecordTooLongError, match="MaxPayloadInMB=1"):
        list(requests(b"x" * 2_000_000, split_type="None", strategy="MultiRecord", max_payload_mb=1))
    assert len(list(requests(b"x" * 2_000_000, split_type="None", strategy="MultiRecord", max_payload_mb=0))) == 1


def test_answers_are_assembled_by_line_or_end_to_end() -> None:
    assert assembled([b"1\n2\n", b"3"], "Line") == b"1\n2\n3\n"
    assert assembled([b"1\n2\n", b"3"], "None") == b"1\n2\n3"


@pytest.mark.parametrize(
    ("records", "line"),
    [
        (b'{"features":[1,2]}\n', {"SageMakerOutput": {"score": 0.5}, "features": [1, 2]}),
        (b"[1,2]\n", {"SageMakerOutput": {"score": 0.5}, "SageMakerInput": [1, 2]}),
    ],
)
def test_a_joined_json_line_has_its_prediction_as_a_member(records: bytes, line: dict[str, Any]) -> None:
    kind = "application/jsonlines"
    answer = b'{"score":0.5}'
    by_line = joined(records, answer, content_type=kind, answer_type="application/json", split_type="Line")
    assert json.loads(by_line) == line
    whole = json.dumps(json.loads(records), indent=2).encode()
    document = joined(whole, answer, content_type="application/json", answer_type=kind, split_type="None")
    assert document == by_line


def test_a_joined_json_line_has_the_new_prediction_where_the_record_brings_an_old_one() -> None:
    kind = "application/jsonlines"
    record = b'{"age":3,"SageMakerOutput":0.1}'
    answer = joined(record, b"0.9", content_type=kind, answer_type=kind, split_type="Line")
    assert answer == b'{"SageMakerOutput":0.9,"age":3}\n'


@pytest.mark.parametrize(
    ("records", "answers", "kinds", "reason"),
    [
        (b"1\n2", b"1", ("text/csv", "text/csv"), "the model answered 1 for 2; BatchStrategy=SingleRecord"),
        (b"1", b"1", ("text/csv", "application/json"), "both CSV or both JSON, got text/csv and application/json"),
        (b"1", b"1", ("text/csv", ""), "got text/csv and no content type"),
        (b"{", b"1", ("application/json", "application/json"), "prediction is not JSON"),
    ],
)
def test_what_cannot_be_joined_is_refused(records: bytes, answers: bytes, kinds: tuple[str, str], reason: str) -> None:
    with pytest.raises(UnjoinableError, match=re.escape(reason)):
        joined(records, answers, content_type=kinds[0], answer_type=kinds[1], split_type="Line")


def test_a_bare_json_prediction_becomes_a_member() -> None:
    (line,) = with_ids(b"0.25\n", "application/jsonlines", STARTED).splitlines()
    assert json.loads(line) | {"SageMakerInferenceId": ""} == {
        "SageMakerOutput": 0.25,
        "SageMakerInferenceId": "",
        "SageMakerInferenceTime": STARTED,
    }


def test_a_json_prediction_gets_a_new_id_where_the_record_brings_an_old_one() -> None:
    (line,) = with_ids(
        b'{"score":1,"SageMakerInferenceTime":"old","SageMakerInferenceId":"old"}', "application/json", STARTED
    ).splitlines()
    members = json.loads(line)
    assert list(members) == ["SageMakerInferenceId", "SageMakerInferenceTime", "score"]
    assert re.fullmatch(UUID, members["SageMakerInferenceId"])
    assert members["SageMakerInferenceTime"] == STARTED


def test_a_json_document_of_many_lines_gets_one_id() -> None:
    output = json.dumps({"predictions": [1, 0]}, indent=2).encode()
    (line,) = with_ids(output, "application/json", STARTED).splitlines()
    assert json.loads(line)["predictions"] == [1, 0]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n,"))))
def test_every_csv_row_gets_one_id_whatever_its_text_holds(texts: list[str]) -> None:
    output = "".join(f"1,{text}\n" for text in texts)
    rows = with_ids(output.encode(), "text/csv", STARTED).decode().split("\n")[:-1]
    assert [row.split(",")[1] for row in rows] == texts
    assert all(re.fullmatch(UUID, row.split(",")[2]) for row in rows)


@pytest.mark.parametrize(("output", "content_type"), [(b"x", "application/x-npy"), (b"{", "application/json")])
def test_predictions_that_cannot_hold_an_id_are_refused(output: bytes, content_type: str) -> None:
    with pytest.raises(UnidentifiableError):
        with_ids(output, content_type, STARTED)
