from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from aws_cdk import CfnParameter, Stack

from model_monitor import DataQualityAlarms

Refused = Callable[..., AbstractContextManager[None]]


@pytest.mark.parametrize("threshold", [-0.1, 1, 2])
def test_refuses_a_drift_threshold_that_no_distance_exceeds(threshold: float, refused: Refused) -> None:
    with refused(f"threshold of {threshold} for 'age'", "0.1 is the service's own default"):
        DataQualityAlarms(drift={"age": threshold})


@pytest.mark.parametrize("deviations", [0, -1])
def test_refuses_a_mean_shift_that_is_not_positive(deviations: float, refused: Refused) -> None:
    with refused(f"mean shift of {deviations} for 'age'", "positive number of standard deviations"):
        DataQualityAlarms(mean_shift={"age": deviations})


@pytest.mark.parametrize("option", ["silence_after", "no_data_after", "mean_shift_minimum_records"])
def test_refuses_counts_below_one(option: str, refused: Refused) -> None:
    options: dict[str, Any] = {option: 0}
    with refused(f"{option}=0", "expected 1 "):
        DataQualityAlarms(**options)


def test_refuses_features_whose_names_are_empty_or_tokens(stack: Stack, refused: Refused) -> None:
    with refused("''", "known at synthesis"):
        DataQualityAlarms(drift={"": 0.1})
    with refused("known at synthesis", "as it is in the baseline"):
        DataQualityAlarms(mean_shift={CfnParameter(stack, "Feature").value_as_string: 1})
