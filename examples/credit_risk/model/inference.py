"""Serves the credit model: the functions that SageMaker's scikit-learn container calls."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import joblib
import pandas as pd


def model_fn(model_dir: str) -> dict:
    """Load the model and the kinds of its features."""
    # A request is a row: with a thread per core, which scikit-learn would take, threads wait for each other, and a busy
    # machine needs minutes for what takes milliseconds. The variable is read when the model's libraries are loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folder = Path(model_dir)
    return {
        "pipeline": joblib.load(folder / "model.joblib"),
        "features": json.loads((folder / "features.json").read_text(encoding="utf-8")),
    }


def input_fn(body: str | bytes, content_type: str) -> str:
    """Take CSV rows without a header."""
    if content_type.split(";", maxsplit=1)[0].strip() != "text/csv":
        raise ValueError(f"got content type {content_type!r}; expected text/csv without a header")
    return body.decode() if isinstance(body, bytes) else body


def predict_fn(rows: str, model: dict) -> list[float]:
    """Probability of default of each applicant."""
    # The kinds are those of the training: a single row with an empty field does not tell its own.
    features = model["features"]
    table = pd.read_csv(io.StringIO(rows), header=None, names=list(features), dtype=features)
    return [float(probability) for probability in model["pipeline"].predict_proba(table)[:, 1]]


def output_fn(probabilities: list[float], accept: str) -> tuple[str, str]:
    """One number a line."""
    return "\n".join(f"{probability:.6f}" for probability in probabilities), "text/csv"
