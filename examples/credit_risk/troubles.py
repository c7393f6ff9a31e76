"""What happens to the endpoint's traffic: an hour in which all is well, and four in which something is not.

Every hour shows real applicants that the model has not seen. A trouble changes what the endpoint is sent about them, or
how their loans end, the way it happens in production.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from examples.credit_risk import data

_SEED = 20261121
_YOUNG = 35
_LONGEST_COMMON_TERM = 60
_LOST_INCOMES = 0.4
_RECESSION = 0.35
_MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class Hour:
    """An hour of traffic.

    Attributes:
        title: What happened, in words.
        monitor: The monitor that is there to find it; none for an hour in which all is well.
        change: Makes the hour's applicants from real ones.
    """

    title: str
    monitor: str | None
    change: Callable[[pd.DataFrame, int], pd.DataFrame]


def _as_they_are(live: pd.DataFrame, count: int) -> pd.DataFrame:
    return live[:count]


def _other_people(live: pd.DataFrame, count: int) -> pd.DataFrame:
    """Mostly young tenants who want to pay late come; all prices have risen; two of five incomes get lost."""
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


def _recession(live: pd.DataFrame, count: int) -> pd.DataFrame:
    """The same applicants as ever, but a third of those who used to pay back no longer can."""
    random = np.random.default_rng(_SEED)
    chosen = live[:count].copy()
    unlucky = (chosen[data.LABEL] == 0) & (random.random(count) < _RECESSION)
    chosen.loc[unlucky, data.LABEL] = 1
    return chosen


def _mixed_up_records(live: pd.DataFrame, count: int) -> pd.DataFrame:
    """As many bad credit records as ever, but a wrong join gives all of them to people who are single."""
    random = np.random.default_rng(_SEED)
    chosen = live[:count].copy()
    single = random.permutation(chosen.index[chosen["marital"] == "single"])
    bad = int((chosen["records"] == "yes").sum())
    chosen["records"] = "no"
    chosen.loc[single[:bad], "records"] = "yes"
    return chosen


def _expenses_per_quarter(live: pd.DataFrame, count: int) -> pd.DataFrame:
    """A form asks for living expenses per quarter; the model was trained on those per month."""
    chosen = live[:count].copy()
    chosen["expenses"] = chosen["expenses"] * _MONTHS_OF_A_QUARTER
    return chosen


HOURS = (
    Hour("All is well", None, _as_they_are),
    Hour("Other people, higher prices, lost incomes", "DataQuality", _other_people),
    Hour("A recession: good customers cannot pay", "ModelQuality", _recession),
    Hour("Singles get others' bad credit records", "ModelBias", _mixed_up_records),
    Hour("Expenses are sent per quarter, not month", "ModelExplainability", _expenses_per_quarter),
)
