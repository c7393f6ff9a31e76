"""Shows in the statistics of a job what its preprocessing script was given.

It runs in the analyzer's container. A script cannot tell anything but through the rows that it returns.
"""

from __future__ import annotations

HEADER = "amount,term,purpose"


def preprocess_handler(inference_record: object) -> dict[str, int]:
    """Return a row that describes the record."""
    line = inference_record if isinstance(inference_record, str) else ""
    return {
        "is_header": int(line.strip() == HEADER),
        "is_text": int(isinstance(inference_record, str)),
        "has_line_end": int(line.endswith("\n")),
    }
