"""Serves the credit model: the functions that SageMaker's scikit-learn container calls."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import joblib
import numpy as np


def model_fn(model_dir: str) -> dict:
    """Load the model and the columns that it takes."""
    # A request is a row: with a thread per core, which scikit-learn would take, threads wait for each other, and a busy
    # machine needs minutes for what takes milliseconds. The variable is read when the model's libraries are loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folder = Path(model_dir)
    return {
        "classifier": joblib.load(folder / "model.joblib"),
        "columns": json.loads((folder / "columns.json").read_text(encoding="utf-8")),
    }


def input_fn(body: str | bytes, content_type: str) -> str:
    """Take CSV rows without a header."""
    if content_type.split(";", maxsplit=1)[0].strip() != "text/csv":
        raise ValueError(f"got content type {content_type!r}; expected text/csv without a header")
    return body.decode() if isinstance(body, bytes) else body


def predict_fn(rows: str, model: dict) -> list[float]:
    """Probability of default of each applicant."""
    # Without pandas and scikit-learn's transformers, which take five times as long as the model for a single row.
    columns = model["columns"]
    table = [[_number(row[place], codes) for place, codes in columns] for row in csv.reader(io.StringIO(rows)) if row]
    return model["classifier"].predict_proba(np.array(table))[:, 1].tolist()


def _number(cell: str, codes: dict[str, int] | None) -> float:
    """Return a number, or the code of a text; a text that the training never saw is -1."""
    if cell == "":
        return float("nan")
    return float(cell) if codes is None else codes.get(cell, -1)


def output_fn(probabilities: list[float], accept: str) -> tuple[str, str]:
    """One number a line."""
    return "\n".join(f"{probability:.6f}" for probability in probabilities), "text/csv"
