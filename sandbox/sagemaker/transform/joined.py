"""Joins the answers of a model with the records they are for.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import json
from typing import Any

from sandbox.sagemaker.media_types import CSV, JSON, JSON_TYPES, media_type

_INPUT, _OUTPUT = "SageMakerInput", "SageMakerOutput"


class UnjoinableError(Exception):
    """Records and answers cannot be put beside each other."""


def joined(records: bytes, answers: bytes, *, content_type: str, answer_type: str, split_type: str) -> bytes:
    """The records of a request, each with its answer: behind a CSV row, as a member of a JSON object.

    Args:
        records: Body of the request.
        answers: Body of the answer.
        content_type: What the request is.
        answer_type: What the model says that the answer is.
        split_type: ``Line``: every line is a record, and has a line of the answer. ``None``: so it is for CSV and JSON
            lines, but a body of application/json is one record, whatever it holds.

    Raises:
        UnjoinableError: They are of different kinds, or not as many.
    """
    is_whole = split_type == "None" and media_type(content_type) == JSON
    pairs = [(records, answers)] if is_whole else _pairs(records, answers)
    kinds = {media_type(content_type), media_type(answer_type)}
    if kinds == {CSV}:
        return b"".join(record + b"," + answer + b"\n" for record, answer in pairs)
    if kinds <= {*JSON_TYPES}:
        return b"".join(_member(record, answer) + b"\n" for record, answer in pairs)
    raise UnjoinableError(
        f"JoinSource needs records and predictions that are both CSV or both JSON, got {content_type} and "
        f"{answer_type or 'no content type'}"
    )


def _pairs(records: bytes, answers: bytes) -> list[tuple[bytes, bytes]]:
    lines = [[line for line in body.splitlines() if line.strip()] for body in (records, answers)]
    if len(lines[0]) != len(lines[1]):
        raise UnjoinableError(
            f"JoinSource needs one line of predictions for each record, the model answered {len(lines[1])} for "
            f"{len(lines[0])}; BatchStrategy=SingleRecord asks it for each record on its own"
        )
    return list(zip(*lines, strict=True))


def _member(record: bytes, answer: bytes) -> bytes:
    try:
        given, output = json.loads(record), json.loads(answer)
    except ValueError as error:
        raise UnjoinableError(f"a record or its prediction is not JSON: {error}") from error
    members: dict[str, Any] = given if isinstance(given, dict) else {_INPUT: given}
    added = {_OUTPUT: output}
    # It stands in front, and wins over a member of the record that was a prediction once.
    return json.dumps(added | members | added, separators=(",", ":")).encode()
