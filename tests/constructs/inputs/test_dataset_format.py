from __future__ import annotations

import pytest

from model_monitor import DatasetFormat


@pytest.mark.parametrize(
    ("dataset_format", "document"),
    [
        (DatasetFormat.csv(), {"csv": {"header": True, "output_columns_position": "START"}}),
        (DatasetFormat.csv(header=False), {"csv": {"header": False, "output_columns_position": "START"}}),
        (DatasetFormat.json_lines(), {"json": {"lines": True}}),
        (DatasetFormat.parquet(), {"parquet": {}}),
    ],
)
def test_writes_what_the_analyzer_reads(dataset_format: DatasetFormat, document: dict[str, object]) -> None:
    assert dataset_format.document == document
