"""Reading of JSON documents that other processes wrote."""

from pathlib import Path
from typing import Any

import orjson

from analyzer.job.failure import AnalysisError


def read_document(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``.

    Raises:
        AnalysisError: When the file holds something else.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise AnalysisError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise AnalysisError(f"{path} holds {type(document).__name__}, expected a JSON object")
    return document
