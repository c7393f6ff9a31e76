"""The steps from a request to the files of a baseline.

Nothing is kept between calls but deterministic job names and the notes of `store`, so every step can be repeated:
by CloudFormation, which delivers a request more than once, and by the provider framework, which polls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.jobs import processing
from baseline.monitor_type import CONFIG, PROFILE, STATISTICS
from baseline.properties import Properties
from baseline.source.forms import BaselineFiles, Dataset, ModelPackage
from baseline.source.model_package import find_files
from baseline.store import Running, Store
from shared import errors, processing_jobs, s3
from shared.logs import log
from shared.s3 import S3Uri


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


def start_run(properties: Properties, store: Store, running: Running) -> Run:
    """Return the run that goes with the source.

    Args:
        properties: What the stack asks for.
        store: Where the files go.
        running: The request, its version of the baseline, and its jobs so far.
    """
    if isinstance(properties.source, Dataset):
        return DatasetRun(properties, properties.source, store, running)
    return FilesRun(properties, store, running)


@dataclass(frozen=True)
class FilesRun:
    """Take over files that exist: they are copied, so that a rollback finds them even if the originals have gone."""

    properties: Properties
    store: Store
    running: Running

    @property
    def folder(self) -> S3Uri:
        """The folder of this version."""
        return self.store.output / f"files-{self.running.fingerprint}"

    def advance(self) -> bool:
        """Copy the files, once. The constraints come last: the folder counts as complete when they are there."""
        kind = self.properties.kind
        if self.store.has_all(self.folder, [kind.type.constraints]):
            return True
        files = existing_files(self.properties)
        if kind.config:
            self.store.write_json(self.folder / CONFIG, kind.config)
        elif files.config:
            self.store.copy({files.config: self.folder / CONFIG})
        if files.statistics:
            self.store.copy({files.statistics: self.folder / STATISTICS})
        self.store.copy({files.constraints: self.folder / kind.type.constraints})
        return True


@dataclass(frozen=True)
class DatasetRun:
    """Compute the files from a dataset: one processing job, or two when the columns must be seen first."""

    properties: Properties
    dataset: Dataset
    store: Store
    running: Running

    @property
    def folder(self) -> S3Uri:
        """The folder of this version."""
        return self.store.output / self.running.fingerprint

    def advance(self) -> bool:
        """Look after the job in flight, or start the next one."""
        if self.running.jobs and not self._has_ended(self.running.jobs[-1]):
            return False
        kind = self.properties.kind
        if self.store.has_all(self.folder, kind.type.results):
            return True
        job = kind.next_job(self.store, self.folder, self.dataset)
        if job is None:
            return True
        name = processing.job_name(self.properties, self.running.request_id, is_profile=job.is_profile)
        request = processing.job_request(self.properties, name, job)
        self.store.set_running(Running(self.running.request_id, self.running.fingerprint, (name,)))
        processing.create(request)
        return False

    def _has_ended(self, name: str) -> bool:
        """Say whether our job has ended well; one that was noted but never made counts as ended."""
        job = processing_jobs.describe(name)
        if processing.is_active(job):
            return False
        if job is None:
            return True
        log("job ended", job=name, status=job["ProcessingJobStatus"])
        output = self.folder / PROFILE if name.endswith(processing.PROFILE_SUFFIX) else self.folder
        if job["ProcessingJobStatus"] != "Completed" or not self.store.has_all(
            output, self.properties.kind.type.results
        ):
            raise BaselineError(processing.failure_text(job, self.properties))
        return True


def existing_files(properties: Properties) -> BaselineFiles:
    """Return the files that take the place of a job.

    Raises:
        BaselineError: The model package that should name them does not, or nobody gave the analysis config.
    """
    source, kind = properties.source, properties.kind
    assert not isinstance(source, Dataset)
    files = find_files(source, kind.type) if isinstance(source, ModelPackage) else source
    if kind.type.is_clarify and not kind.config and not files.config:
        raise BaselineError("AnalysisConfig is missing, and the model package has no ConfigFile to take its place")
    return files


def stop_jobs(store: Store) -> bool:
    """Stop every job in flight below an output location; return whether none is left.

    Whatever is gone or out of reach (bucket, note, job, permission) counts as stopped.
    """
    try:
        running = store.running()
        active = (
            [name for name in running.jobs if processing.is_active(processing_jobs.describe(name))] if running else []
        )
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
