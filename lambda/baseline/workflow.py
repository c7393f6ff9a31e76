"""The steps from a request to the files of a baseline.

Nothing is kept between calls but deterministic job names and the notes of `store`, so every step can be repeated:
by CloudFormation, which delivers a request more than once, and by the provider framework, which polls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from baseline import clarify, jobs
from baseline.categories import Categories
from baseline.containers import Container, analyzer_container, clarify_container
from baseline.dataset import inspect_dataset
from baseline.errors import BaselineError
from baseline.model_package import find_files
from baseline.monitor_type import CONSTRAINTS, STATISTICS
from baseline.properties import Properties
from baseline.source import BaselineFiles, Dataset, ModelPackage
from baseline.store import Running, Store
from shared import errors, processing_jobs, s3
from shared.logs import log
from shared.s3 import S3Uri

PREPROCESSOR = "preprocessor.py"
_PROFILE = "profile"


class Run(Protocol):
    """The making of one version of a baseline on behalf of one request."""

    @property
    def folder(self) -> S3Uri:
        """The folder of this version."""

    def advance(self) -> bool:
        """Do the next step, without waiting; return whether the files are in the folder.

        Raises:
            BaselineError: They cannot be made; the text says why.
        """


def start_run(properties: Properties, request_id: str, fingerprint: str) -> Run:
    """Return the run that goes with the source.

    Args:
        properties: What the stack asks for.
        request_id: CloudFormation's id of the request, the same in all its retries.
        fingerprint: Version of the baseline.
    """
    store = Store(properties.output, properties.output_kms_key_id)
    if isinstance(properties.source, Dataset):
        return DatasetRun(properties, properties.source, store, request_id, fingerprint)
    return FilesRun(properties, properties.source, store, fingerprint)


@dataclass(frozen=True)
class FilesRun:
    """Takes over files that exist: they are copied, so that a rollback finds them even if the originals have gone."""

    properties: Properties
    source: BaselineFiles | ModelPackage
    store: Store
    fingerprint: str

    @property
    def folder(self) -> S3Uri:
        """The folder of this version."""
        return self.store.output / f"files-{self.fingerprint}"

    def advance(self) -> bool:
        """Copy the files, once. The constraints come last: the folder counts as complete when they are there."""
        constraints = self.properties.monitor_type.constraints
        if self.store.has_all(self.folder, [constraints]):
            return True
        files = existing_files(self.properties)
        given = self.properties.clarify.monitor if self.properties.clarify else None
        if given:
            self.store.write_json(self.folder / clarify.CONFIG, given)
        elif files.config:
            _copy(self.store, {files.config: self.folder / clarify.CONFIG})
        if files.statistics:
            _copy(self.store, {files.statistics: self.folder / STATISTICS})
        _copy(self.store, {files.constraints: self.folder / constraints})
        return True


@dataclass(frozen=True)
class DatasetRun:
    """Computes the files from a dataset: one processing job, or two when the columns must be seen first."""

    properties: Properties
    dataset: Dataset
    store: Store
    request_id: str
    fingerprint: str

    @property
    def folder(self) -> S3Uri:
        """The folder of this version."""
        return self.store.output / self.fingerprint

    def advance(self) -> bool:
        """Look after the job in flight, or start the next one."""
        running = self.store.running()
        if running and running.jobs and not self._has_ended(running.jobs[-1]):
            return False
        return self._start_next()

    def _has_ended(self, name: str) -> bool:
        """Say whether our job has ended well; one that was noted but never made counts as ended."""
        job = processing_jobs.describe(name)
        if jobs.is_active(job):
            return False
        if job is None:
            return True
        log("job ended", job=name, status=job["ProcessingJobStatus"])
        output = self.folder / _PROFILE if name.endswith(jobs.PROFILE_SUFFIX) else self.folder
        if job["ProcessingJobStatus"] != "Completed" or not self.store.has_all(
            output, self.properties.monitor_type.results
        ):
            raise BaselineError(jobs.failure_text(job, self.properties))
        return True

    def _start_next(self) -> bool:
        if self.store.has_all(self.folder, self.properties.monitor_type.results):
            return True
        profile = self.folder / _PROFILE
        if self._needs_profile() and not self.store.has_all(profile, self.properties.monitor_type.results):
            self._start(profile, None, profile=True)
            return False
        script_uri = self.properties.preprocessor_uri
        if self.properties.categorical:
            categories = self._choose_categories(profile)
            log("categories chosen", columns=len(categories.columns), categories=categories.names)
            # Written even when there is nothing to convert (it then hands everything over as it is), because a monitor
            # that was given the attribute cannot be told at deployment time to leave the script out.
            self.store.write(self.folder / PREPROCESSOR, categories.script())
            if not categories.positions:
                _copy(self.store, {profile / name: self.folder / name for name in (STATISTICS, CONSTRAINTS)})
                return True
            script_uri = str(self.folder / PREPROCESSOR)
        self._start(self.folder, script_uri, profile=False)
        return False

    def _needs_profile(self) -> bool:
        if self.properties.categorical == "auto":
            return True
        # Column names of Parquet cannot be read with the standard library; a first job finds them.
        return bool(self.properties.categorical) and self.dataset.kind == "parquet"

    def _choose_categories(self, profile: S3Uri) -> Categories:
        if self.properties.categorical == "auto":
            return Categories.of_profile(s3.read_json(profile / STATISTICS), s3.read_json(profile / CONSTRAINTS))
        if self._needs_profile():
            columns = tuple(feature["name"] for feature in s3.read_json(profile / STATISTICS)["features"])
        else:
            columns = inspect_dataset(self.dataset).columns or ()
        return Categories.of_names(self.properties.categorical, columns)

    def _start(self, output: S3Uri, script_uri: str | None, *, profile: bool) -> None:
        name = jobs.job_name(self.properties, self.request_id, profile=profile)
        request = jobs.job_request(self.properties, name, output, self._container(script_uri))
        self.store.set_running(Running(self.request_id, self.fingerprint, (name,)))
        jobs.create(request)

    def _container(self, script_uri: str | None) -> Container:
        if self.properties.clarify is None:
            return analyzer_container(self.properties, self.dataset, script_uri)
        settings, place = self.properties.clarify, self.folder / clarify.BASELINE_CONFIG
        columns = inspect_dataset(self.dataset).columns
        config = clarify.baseline_config(settings, self.properties.monitor_type, self.dataset, columns)
        self.store.write_json(self.folder / clarify.CONFIG, settings.monitor)
        self.store.write_json(place, config)
        return clarify_container(self.dataset, place)


def existing_files(properties: Properties) -> BaselineFiles:
    """Return the files that take the place of a job.

    Raises:
        BaselineError: The model package that should name them does not, or nobody gave the analysis config.
    """
    source = properties.source
    assert not isinstance(source, Dataset)
    files = find_files(source, properties.monitor_type) if isinstance(source, ModelPackage) else source
    if properties.clarify and not properties.clarify.monitor and not files.config:
        raise BaselineError("AnalysisConfig is missing, and the model package has no ConfigFile to take its place")
    return files


def generated_preprocessor(properties: Properties, folder: S3Uri) -> S3Uri | None:
    """Return the script of a run that hands columns over as categories, or None for any other run."""
    return folder / PREPROCESSOR if properties.categorical else None


def stop_jobs(store: Store) -> bool:
    """Stop every job in flight below an output location; return whether none is left.

    Whatever is gone or out of reach (bucket, note, job, permission) counts as stopped.
    """
    try:
        running = store.running()
        active = [name for name in running.jobs if jobs.is_active(processing_jobs.describe(name))] if running else []
        for name in active:
            processing_jobs.stop(name)
        if running and not active:
            store.clear_running()
    except (s3.ObjectError, ClientError) as error:
        if isinstance(error, ClientError) and not errors.is_denied(error) and not errors.is_missing(error):
            raise
        log("nothing to stop: out of reach", output=store.output, error=str(error))
        return True
    return not active


def _copy(store: Store, targets: Mapping[S3Uri, S3Uri]) -> None:
    """Copy objects, in the order of the mapping."""
    try:
        for source, target in targets.items():
            store.write(target, s3.read(source))
    except s3.ObjectError as error:
        raise BaselineError(f"a file of the baseline cannot be used: {error}") from error
