"""Generated input of the benchmark: the same bytes on every machine."""

import random
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

NULL_SHARE = 0.02
CAPTURED_VALUES = 20
_FRACTIONAL_COLUMNS = 10
_INTEGRAL_RANGES = (2, 10, 1_000, 100_000, 10_000_000)
_CATEGORIES = (3, 20, 100, 5_000, 200_000)
_FILES_PER_HOUR = 60
_SEED = 20260101


def write_table(path: Path, rows: int) -> None:
    """Write a CSV of 10 fractional, 5 integral and 5 string columns, 2 % of the values missing."""
    random_numbers = np.random.default_rng(_SEED)
    columns: dict[str, NDArray[Any]] = {
        f"fractional_{i}": random_numbers.normal(50, 10, rows) for i in range(_FRACTIONAL_COLUMNS)
    }
    columns |= {f"integral_{i}": random_numbers.integers(0, top, rows) for i, top in enumerate(_INTEGRAL_RANGES)}
    table = pl.DataFrame(columns).with_columns(
        ("category " + pl.Series(random_numbers.integers(0, count, rows)).cast(pl.String)).alias(f"string_{i}")
        for i, count in enumerate(_CATEGORIES)
    )
    present = {name: pl.Series(random_numbers.random(rows) >= NULL_SHARE) for name in table.columns}
    table.with_columns(pl.when(mask).then(pl.col(name)).alias(name) for name, mask in present.items()).write_csv(path)


def write_loans(folder: Path, rows: int) -> None:
    """Write the job of a bias analysis: applicants with 10 features, outcome and prediction, and what is asked of them.

    Numbers go together as they do in life (income, amount and price), others are ages, months, codes and flags.
    """
    random_numbers = np.random.default_rng(_SEED)
    wealth, need = random_numbers.normal(0, 1, (2, rows))
    noise = random_numbers.normal(0, 0.3, (4, rows))
    columns: dict[str, NDArray[Any]] = {
        "age": random_numbers.integers(18, 80, rows),
        "sex": random_numbers.integers(0, 2, rows),
        "region": random_numbers.integers(0, 5, rows),
        "months": 12 * random_numbers.integers(1, 8, rows),
        "income": np.exp(7 + 0.5 * wealth + noise[0]).round(2),
        "savings": np.exp(8 + wealth + noise[1]).round(0),
        "amount": np.exp(7 + 0.6 * need + noise[2]).round(2),
        "price": np.exp(7.3 + 0.6 * need + noise[3]).round(2),
        "owner": (wealth + noise[0] > 0).astype(int),
        "records": random_numbers.integers(0, 2, rows),
    }
    risk = need - wealth
    columns["refused"] = (risk + random_numbers.normal(0, 1, rows) > 0).astype(int)
    columns["prediction"] = (risk + noise[0] + 0.2 * columns["sex"] > 0).astype(int)
    (folder / "input/config").mkdir(parents=True)
    (folder / "input/data").mkdir()
    pl.DataFrame(columns).write_csv(folder / "input/data/loans.csv", include_header=False)
    config = {
        "dataset_type": "text/csv",
        "headers": list(columns),
        "label": "refused",
        "label_values_or_threshold": [0],
        "predicted_label": "prediction",
        "facet": [
            {"name_or_index": "sex", "value_or_threshold": [1]},
            {"name_or_index": "age", "value_or_threshold": [25, 26, 27, 28, 29]},
        ],
        "group_variable": "region",
    }
    (folder / "input/config/analysis_config.json").write_bytes(orjson.dumps(config))


def write_captures(folder: Path, records: int) -> None:
    """Write one hour of capture files, one per minute; every record has one output and 19 input values."""
    hour = folder / "endpoint/AllTraffic/2026/01/01/10"
    hour.mkdir(parents=True)
    numbers = random.Random(_SEED)  # noqa: S311 - test data
    for minute in range(_FILES_PER_HOUR):
        time, share = f"2026-01-01T10:{minute:02d}:26Z", range(minute, records, _FILES_PER_HOUR)
        lines = [orjson.dumps(_record(numbers, number, time)) for number in share]
        (hour / f"{minute:02d}-26-000-capture.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def write_labels(folder: Path, records: int) -> None:
    """Write one file with a label for every captured record, in another order than theirs."""
    hour = folder / "2026/01/01/10"
    hour.mkdir(parents=True)
    order = list(range(records))
    random.Random(_SEED).shuffle(order)  # noqa: S311 - test data
    (hour / "labels.jsonl").write_bytes(b"\n".join(orjson.dumps(_label(number)) for number in order) + b"\n")


def _label(number: int) -> object:
    truth = {"data": str(number % 2), "encoding": "CSV"}
    return {"groundTruthData": truth, "eventMetadata": {"eventId": _event_id(number)}, "eventVersion": "0"}


def _event_id(number: int) -> str:
    return str(uuid.UUID(int=number))


def _record(numbers: random.Random, number: int, time: str) -> object:
    features = ",".join(f"{numbers.gauss(0, 1):.6f}" for _ in range(CAPTURED_VALUES - 1))
    body = {"observedContentType": "text/csv", "mode": "INPUT", "data": features + "\n", "encoding": "CSV"}
    answer = {"observedContentType": "text/csv", "mode": "OUTPUT", "data": str(numbers.random()), "encoding": "CSV"}
    return {
        "captureData": {"endpointInput": body, "endpointOutput": answer},
        "eventMetadata": {"eventId": _event_id(number), "inferenceTime": time},
        "eventVersion": "0",
    }
