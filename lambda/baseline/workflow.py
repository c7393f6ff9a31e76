"""The steps from a request to the files of a baseline.

Nothing is kept between calls but deterministic job names and the notes of `store`, so every step can be repeated:
by CloudFormation, which delivers a request more than once, and by the provider framework, which polls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from baseline import jobs
from baseline.categories import Categories
from baseline.dataset import inspect_dataset
from baseline.errors import BaselineError
from baseline.properties import BaselineFiles, Dataset, Properties
from baseline.store import CONSTRAINTS, RESULTS, STATISTICS, Running, Store
from shared import errors, s3
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
        """Do the next step, without waiting; return whether both files are in the folder.

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
    if isinstance(properties.source, BaselineFiles):
        return FilesRun(properties.source, store, fingerprint)
    return DatasetRun(properties, properties.source, store, request_id, fingerprint)


@dataclass(frozen=True)
class FilesRun:
    """Takes over files that exist: they are copied, so that a rollback finds them even if the originals have gone."""

    source: BaselineFiles
    store: Store
    fingerprint: str

    @property
    def folder(self) -> S3Uri:
        """The folder of this version."""
        return self.store.output / f"files-{self.fingerprint}"

    def advance(self) -> bool:
        """Copy the files, once."""
        if not stop_jobs(self.store):
            return False
        if not self.store.has_results(self.folder):
            _copy(self.store, self.folder, (self.source.statistics, self.source.constraints))
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
        if running and running.request_id != self.request_id:
            # A request that was cancelled or that this one follows on: its job must not write beside ours.
            if not stop_jobs(self.store):
                return False
        elif running and not self._has_ended(running.jobs[-1]):
            return False
        return self._start_next()

    def _has_ended(self, name: str) -> bool:
        """Say whether our job has ended well; one that was noted but never made counts as ended."""
        job = jobs.describe(name)
        if jobs.is_active(job):
            return False
        if job is None:
            return True
        log("job ended", job=name, status=job["ProcessingJobStatus"])
        output = self.folder / _PROFILE if name.endswith(jobs.PROFILE_SUFFIX) else self.folder
        if job["ProcessingJobStatus"] != "Completed" or not self.store.has_results(output):
            self.store.clear_running()
            raise BaselineError(jobs.failure_text(job, self.properties.endpoint))
        return True

    def _start_next(self) -> bool:
        if self.store.has_results(self.folder):
            self.store.clear_running()
            return True
        profile = self.folder / _PROFILE
        if self._needs_profile() and not self.store.has_results(profile):
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
                _copy(self.store, self.folder, (profile / STATISTICS, profile / CONSTRAINTS))
                self.store.clear_running()
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
        request = jobs.job_request(self.properties, name, output, script_uri)
        self.store.set_running(Running(self.request_id, (name,)))
        try:
            jobs.create(request)
        except BaselineError:
            self.store.clear_running()
            raise


def generated_preprocessor(properties: Properties, folder: S3Uri) -> S3Uri | None:
    """Return the script of a run that hands columns over as categories, or None for any other run."""
    return folder / PREPROCESSOR if properties.categorical else None


def stop_jobs(store: Store) -> bool:
    """Stop every job in flight below an output location; return whether none is left.

    Whatever is gone or out of reach (bucket, note, job, permission) counts as stopped.
    """
    try:
        running = store.running()
        active = [name for name in running.jobs if jobs.is_active(jobs.describe(name))] if running else []
        for name in active:
            jobs.stop(name)
        if running and not active:
            store.clear_running()
    except (s3.ObjectError, ClientError) as error:
        if isinstance(error, ClientError) and not errors.is_denied(error) and not errors.is_missing(error):
            raise
        log("nothing to stop: out of reach", output=store.output, error=str(error))
        return True
    return not active


def _copy(store: Store, folder: S3Uri, sources: tuple[S3Uri, S3Uri]) -> None:
    """Copy statistics and constraints, in this order: the folder counts as complete when both are there."""
    try:
        for source, name in zip(sources, RESULTS, strict=True):
            store.write(folder / name, s3.read(source))
    except s3.ObjectError as error:
        raise BaselineError(f"a file of the baseline cannot be used: {error}") from error
