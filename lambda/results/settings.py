"""The environment of the results function as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.s3 import S3Uri


@dataclass(frozen=True)
class Settings:
    """What the stack tells this function; see README.md for each variable.

    Attributes:
        registry: Below it lies one document for each monitor.
        state: Below it the function notes what it has done.
        metric_namespace: Where its metrics go.
        tables: Where rows for queries go; None for none.
    """

    registry: S3Uri
    state: S3Uri
    metric_namespace: str
    tables: S3Uri | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the variables `REGISTRY_URI`, `STATE_URI`, `METRIC_NAMESPACE` and, if it is there, `TABLES_URI`."""
        tables = environment.get("TABLES_URI")
        return cls(
            registry=S3Uri.parse(environment["REGISTRY_URI"]),
            state=S3Uri.parse(environment["STATE_URI"]),
            metric_namespace=environment["METRIC_NAMESPACE"],
            tables=S3Uri.parse(tables) if tables else None,
        )
