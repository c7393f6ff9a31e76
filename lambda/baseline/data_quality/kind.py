"""Baselines of data quality: one job, or two when the columns must be seen before categories can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from baseline.data_quality.attributes import attributes
from baseline.data_quality.categories import Categories
from baseline.data_quality.drift_alarms import check_alarms
from baseline.data_quality.effective import feature_names, write_effective
from baseline.data_quality.settings import Settings
from baseline.jobs.analyzer import analyzer_container
from baseline.kind import NextJob
from baseline.monitor_type import CONSTRAINTS, PROFILE, STATISTICS, MonitorType
from baseline.reader import digest
from baseline.source.dataset import DatasetFacts, inspect_dataset
from baseline.source.forms import Dataset
from baseline.store import Store
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri

_PREPROCESSOR = "preprocessor.py"


@dataclass(frozen=True)
class DataQuality:
    """The baseline of a data quality monitor."""

    settings: Settings
    type: MonitorType = MonitorType.DATA_QUALITY

    @property
    def config(self) -> Mapping[str, Any]:
        """None: what is checked stands in the constraints."""
        return {}

    def fingerprint(self) -> dict[str, object]:
        """Return scripts and categories."""
        return {"scripts": self.settings.scripts.uris, "categorical": self.settings.categorical}

    def check_dataset(self, dataset: Dataset, facts: DatasetFacts) -> None:
        """Take any data set: named columns are looked for when the job is made."""

    def next_job(self, store: Store, folder: S3Uri, dataset: Dataset) -> NextJob | None:
        """Return the job that looks at the columns, or the one that computes the baseline."""
        profile = folder / PROFILE
        needs_profile = self.settings.categorical == "auto"
        if needs_profile and not store.has_all(profile, self.type.results):
            unchanged = replace(self.settings.scripts, preprocessor=None)
            return NextJob(analyzer_container(dataset, unchanged), profile, is_profile=True)
        scripts = self.settings.scripts
        if self.settings.categorical:
            categories = self._choose_categories(profile if needs_profile else None, dataset)
            log("categories chosen", columns=len(categories.columns), categories=categories.names)
            # Written even when there is nothing to convert: it says what the columns are, and runs have a script.
            store.write(folder / _PREPROCESSOR, categories.script(strict=True))
            if needs_profile and not categories.positions:
                store.copy({profile / name: folder / name for name in (STATISTICS, CONSTRAINTS)})
                return None
            scripts = replace(scripts, preprocessor=str(folder / _PREPROCESSOR))
        return NextJob(analyzer_container(dataset, scripts), folder)

    def deliver(self, store: Store, folder: S3Uri) -> dict[str, str]:
        """Put the true column names and the overrides into the files; check what the stack names."""
        of_job = folder / _PREPROCESSOR if self.settings.categorical else None
        categories = Categories.of_script(s3.read(of_job).decode()) if of_job else None
        baseline = write_effective(self.settings, store, folder, categories)
        check_alarms(self.settings.drift_alarms, baseline.constraints)
        script_uri = None
        if self.settings.has_script:
            expected = categories or Categories(tuple(feature_names(baseline.constraints)), ())
            script_uri = _write_script(store, folder, expected.script())
        return attributes(baseline, preprocessor_uri=script_uri, mean_shift=self.settings.mean_shift)

    def _choose_categories(self, profile: S3Uri | None, dataset: Dataset) -> Categories:
        if profile is None:
            return Categories.of_names(self.settings.categorical, inspect_dataset(dataset).columns or ())
        return Categories.of_profile(s3.read_json(profile / STATISTICS), s3.read_json(profile / CONSTRAINTS))


def _write_script(store: Store, folder: S3Uri, script: str) -> S3Uri:
    """Write the script of the runs beside the baseline whose columns it knows.

    Its name ends in a hash of its content: the job definition names it, and a definition that exists must go on reading
    what it was made with, also after a rollback.
    """
    uri = folder / f"preprocessor-{digest(script, 12)}.py"
    store.write(uri, script)
    return uri
