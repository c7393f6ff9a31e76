"""Baselines of model quality: one job, which compares predictions with labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from baseline.jobs.analyzer import Scripts, analyzer_container
from baseline.kind import NextJob
from baseline.model_quality.metrics import effective_constraints, metric_attributes
from baseline.model_quality.problem import Problem, check_dataset, parse_problem
from baseline.monitor_type import CONSTRAINTS, STATISTICS, MonitorType
from baseline.reader import Reader, digest, texts
from baseline.source.dataset import DatasetFacts
from baseline.source.forms import Dataset
from baseline.store import Store
from shared import s3
from shared.s3 import S3Uri


@dataclass(frozen=True)
class ModelQuality:
    """The baseline of a model quality monitor; see lambda/README.md for each property."""

    problem: Problem
    scripts: Scripts
    overrides: Mapping[str, Any]
    overrides_hash: str
    metrics: tuple[str, ...]
    type: MonitorType = MonitorType.MODEL_QUALITY

    @classmethod
    def of(cls, reader: Reader) -> ModelQuality:
        """Read the properties.

        Raises:
            BaselineError: One of them is missing or malformed.
        """
        overrides = reader.json("Overrides", dict, {})
        return cls(
            problem=parse_problem(reader.json("Problem", dict)),
            scripts=Scripts.of(reader),
            overrides=overrides,
            overrides_hash=digest(overrides, 12),
            metrics=texts("Metrics", reader.json("Metrics", list, [])),
        )

    @property
    def config(self) -> Mapping[str, Any]:
        """None: what is compared stands in the constraints."""
        return {}

    def fingerprint(self) -> dict[str, object]:
        """Return scripts and columns."""
        return {"scripts": self.scripts.uris, "problem": asdict(self.problem)}

    def check_dataset(self, dataset: Dataset, facts: DatasetFacts) -> None:
        """Look for the columns, and for a prediction that equals a label."""
        check_dataset(self.problem, dataset, facts)

    def next_job(self, store: Store, folder: S3Uri, dataset: Dataset) -> NextJob:  # noqa: ARG002 - others write a file first
        """Return the one job."""
        return NextJob(analyzer_container(dataset, self.scripts, self.problem.environment()), folder)

    def deliver(self, store: Store, folder: S3Uri) -> dict[str, str]:
        """Put the limits into the constraints; read the values of metrics. Statistics are optional."""
        suggested = store.read_json(folder / CONSTRAINTS)
        statistics = store.read_json(folder / STATISTICS) if s3.exists(folder / STATISTICS) else None
        constraints = effective_constraints(suggested, self.problem, self.overrides)
        values = metric_attributes(self.metrics, self.problem, statistics, suggested)
        target = folder / f"effective-{self.overrides_hash}"
        data = {"SuggestedConstraintsUri": str(folder / CONSTRAINTS), "StatisticsUri": "", "ItemCount": ""}
        if statistics:
            store.write(target / STATISTICS, json.dumps(statistics))
            data["StatisticsUri"] = str(target / STATISTICS)
            data["ItemCount"] = str(statistics.get("dataset", {}).get("item_count", 0))
        store.write_json(target / CONSTRAINTS, constraints)
        return {**data, "ConstraintsUri": str(target / CONSTRAINTS), **values}
