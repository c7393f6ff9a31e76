"""A model without weights: the share of a loan that an applicant earns in a year."""

from __future__ import annotations

import json


def model_fn(model_dir: str) -> None:
    """Load nothing."""


def input_fn(body: bytes | str, content_type: str) -> list[list[str]]:
    """Return the rows of a request."""
    text = body.decode() if isinstance(body, bytes) else body
    if "json" in content_type:
        return [list(json.loads(text).values())]
    return [line.split(",") for line in text.strip().splitlines()]


def predict_fn(rows: list[list[str]], model: None) -> list[float]:
    """Return a score for each row."""
    return [min(0.999, float(amount) / (12 * float(income or 100))) for income, amount, *_ in rows]


def output_fn(predictions: list[float], accept: str) -> tuple[str, str]:
    """Return the answer and its content type."""
    if "json" in accept:
        return json.dumps({"prediction": predictions[0]}), "application/json"
    return "\n".join(f"{prediction:.6f}" for prediction in predictions), "text/csv"
