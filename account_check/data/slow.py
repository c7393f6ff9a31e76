"""Makes a job last, so that it can be stopped."""

from __future__ import annotations

import time


def preprocess_handler(inference_record: object) -> dict[str, int]:
    """Wait; the job is stopped meanwhile."""
    time.sleep(60)
    return {"waited_for": len(str(inference_record))}
