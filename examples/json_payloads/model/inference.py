"""A model that takes nested JSON lines: the functions that SageMaker's scikit-learn container calls."""

from __future__ import annotations

import json
from typing import Any


def model_fn(model_dir: str) -> None:
    """There are no weights: what a household earns in a year is compared with the loan."""


def input_fn(body: str | bytes, content_type: str) -> list[dict[str, Any]]:
    """Take one application per line."""
    if content_type.split(";", maxsplit=1)[0].strip() != "application/jsonlines":
        raise ValueError(f"got content type {content_type!r}; expected application/jsonlines")
    return [json.loads(line) for line in body.splitlines() if line.strip()]


def predict_fn(applications: list[dict[str, Any]], model: None) -> list[float]:
    """The share of a year's income that the loan is."""
    return [min(0.999, row["loan"]["amount"] / (12 * _income(row["applicant"]))) for row in applications]


def output_fn(scores: list[float], accept: str) -> tuple[str, str]:
    """Give one answer per line."""
    return "\n".join(json.dumps({"score": round(score, 6)}) for score in scores), "application/jsonlines"


def _income(applicant: dict[str, Any]) -> float:
    return float(applicant["income"]["monthly"] + applicant["income"]["partner"])
