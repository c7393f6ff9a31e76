"""The form in which a baseline's dataset is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model_monitor.errors import Call
from model_monitor.internal.checking import checked


@checked
@dataclass(frozen=True)
class DatasetFormat:
    """How the analyzer reads a dataset.

    The columns must be those of the captured traffic in the same order, the endpoint's OUTPUT columns first: the
    analyzer matches them by position (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-create-baseline.html).

    Attributes:
        document: The `dataset_format` document that the analyzer is given.
    """

    document: dict[str, Any]

    @property
    def call(self) -> Call:
        """How people write it, for messages."""
        if "csv" in self.document:
            header = self.document["csv"]["header"]
            return Call("DatasetFormat.csv") if header else Call("DatasetFormat.csv", header=False)
        return Call("DatasetFormat.parquet" if "parquet" in self.document else "DatasetFormat.json_lines")

    @property
    def is_parquet(self) -> bool:
        """Whether it is Apache Parquet."""
        return "parquet" in self.document

    @classmethod
    @checked
    def csv(cls, *, header: bool = True) -> DatasetFormat:
        """Comma-separated values.

        Args:
            header: Whether the first line names the columns. Default: it does. Without one, features are called
                `_c0`, `_c1` and so on.
        """
        return cls({"csv": {"header": header, "output_columns_position": "START"}})

    @classmethod
    @checked
    def json_lines(cls) -> DatasetFormat:
        """One JSON object a line; its keys are the features."""
        return cls({"json": {"lines": True}})

    @classmethod
    @checked
    def parquet(cls) -> DatasetFormat:
        """Apache Parquet."""
        return cls({"parquet": {}})
