"""Gives every prediction of a transform job an id, by which labels find it.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
"""

import json
import uuid

from sandbox.sagemaker.media_types import CSV, JSON_TYPES, media_type

_ID, _TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
_BARE = "SageMakerOutput"
"""Key of a prediction that is no JSON object, and of all that are joined with their input."""


class UnidentifiableError(Exception):
    """The predictions are neither CSV nor JSON."""


def with_ids(output: bytes, content_type: str, started: str) -> bytes:
    """An object with an id, and the start of its job, in every row or JSON line; in a JSON document, one for it all.

    Args:
        output: The assembled predictions.
        content_type: What the model says they are.
        started: Start of the job, e.g. ``2026-01-31T08:15:00Z``.

    Raises:
        UnidentifiableError: The content type is neither CSV nor JSON, or a line is not JSON after all.
    """
    kind = media_type(content_type)
    # Text would part at more than line ends, e.g. at U+2028, which a field may hold.
    lines = [line for line in output.splitlines() if line.strip()]
    if kind == CSV:
        return b"".join(line + f",{uuid.uuid4()},{started}\n".encode() for line in lines)
    if kind in JSON_TYPES and _is_document(output):
        return _json_line(output, started) + b"\n"
    if kind in JSON_TYPES:
        return b"".join(_json_line(line, started) + b"\n" for line in lines)
    raise UnidentifiableError(
        f"GenerateInferenceId needs predictions in text/csv, application/json or application/jsonlines, the model "
        f"answers {content_type or 'without a content type'}"
    )


def _is_document(output: bytes) -> bool:
    try:
        json.loads(output)
    except ValueError:
        return False
    return True


def _json_line(line: bytes, started: str) -> bytes:
    try:
        prediction = json.loads(line)
    except ValueError as error:
        raise UnidentifiableError(f"a line of the predictions is not JSON: {error}") from error
    members = prediction if isinstance(prediction, dict) else {_BARE: prediction}
    added = {_ID: str(uuid.uuid4()), _TIME: started}
    # They stand in front, and win over those of an earlier job, which a joined record may bring along.
    return json.dumps(added | members | added, separators=(",", ":")).encode()
