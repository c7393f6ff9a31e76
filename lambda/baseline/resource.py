"""The resource `Custom::ModelMonitorBaseline`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from baseline.answer_size import check_size
from baseline.availability import refuse_closed_account
from baseline.errors import BaselineError
from baseline.jobs import processing
from baseline.properties import Metric, Properties, parse_properties
from baseline.reader import digest
from baseline.source.dataset import inspect_dataset
from baseline.source.fingerprint import dataset_fingerprint, etag, files_fingerprint
from baseline.source.forms import Dataset
from baseline.store import Running, Store, Success
from baseline.workflow import existing_files, start_run, stop_jobs
from deployment.request import Attributes, Request
from deployment.waiting import LIMIT_MINUTES
from shared import clients, errors, processing_jobs
from shared.logs import log
from shared.s3 import S3Uri

# Beside what is asked for: what CDK adds to every custom resource, and under whose name the work is done.
_NOT_OF_THE_BASELINE = ("ServiceToken", "ServiceTimeout", "AccessRoleArn")


class BaselineResource:
    """Compute a baseline while a stack is deployed, or take over one that exists."""

    def __init__(self, request: Request) -> None:
        """Read the properties; see lambda/README.md for each.

        Raises:
            BaselineError: One of them is missing, malformed, or does not go with another one.
        """
        self._request = request
        self._raw = request.properties
        self._properties = None if request.is_delete else parse_properties(request.properties)

    @property
    def physical_id(self) -> str:
        """An id that stays the same for the life of the resource, so that an update never replaces it."""
        if self._request.physical_id:
            return self._request.physical_id
        place = f"{self._request.stack_id}/{self._request.logical_id}"
        return f"{self._raw['Name']}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"

    @property
    def session_name(self) -> str:
        """The schedule, or the base of the names of jobs."""
        return str(self._raw.get("ScheduleName") or self._raw.get("Name"))

    def step(self) -> Attributes | None:
        """Look after the job in flight, or start the next one; at the end make what the monitor uses.

        Raises:
            BaselineError: The properties or the data cannot make a baseline, the job failed, or its result does not fit
                what the stack asks for. No job and no note of one is left behind.
        """
        if self._properties is None:
            return {} if _stop_jobs_below(self._raw) else None
        store = _store(self._properties)
        try:
            return self._advance(self._properties, store)
        except BaselineError:
            store.clear_running()
            raise

    def give_up(self) -> BaselineError:
        """Stop the job in flight; return the error that names it."""
        if self._properties is None:
            return BaselineError(
                f"a baseline job below {self._raw.get('OutputUri')} is still being stopped after {LIMIT_MINUTES} "
                "minutes; try again in some minutes"
            )
        running = _store(self._properties).running()
        if not running or not running.jobs:
            return BaselineError(f"the baseline could not be begun within {LIMIT_MINUTES} minutes; deploy again")
        return BaselineError(processing.timeout_text(running.jobs[-1], LIMIT_MINUTES, _stop(running.jobs[-1])))

    def _advance(self, properties: Properties, store: Store) -> Attributes | None:
        running = store.running()
        if running and running.request_id != self._request.id:
            # A request that was cancelled or that this one follows on: its job must not write beside ours.
            if not stop_jobs(store):
                return None
            running = None
        running = running or self._begin(properties, store)
        run = start_run(properties, store, running)
        if not run.advance():
            return None
        attributes = {**properties.kind.deliver(store, run.folder), "Fingerprint": running.fingerprint}
        check_size(attributes)
        self._note_source(properties, store, run.folder, running.fingerprint)
        store.add_success(Success(self._properties_hash(), running.fingerprint, self._request.id))
        if properties.deployment_metric:
            _count_deployment(properties.deployment_metric)
        store.clear_running()
        log("baseline complete", fingerprint=running.fingerprint)
        return attributes

    def _begin(self, properties: Properties, store: Store) -> Running:
        """Choose the version of the baseline, and note it: the data may change before the request has ended."""
        old = self._request.old_properties
        if old and old.get("OutputUri") != self._raw["OutputUri"]:
            _stop_jobs_below(old)
        running = Running(self._request.id, self._fingerprint(properties, store))
        log("baseline", fingerprint=running.fingerprint, output=properties.output)
        if self._request.is_create and properties.schedule and isinstance(properties.source, Dataset):
            refuse_closed_account(properties.schedule, properties.kind.type, is_fresh=self._request.is_fresh)
        store.set_running(running)
        return running

    def _fingerprint(self, properties: Properties, store: Store) -> str:
        """Return the version of the baseline that a request asks for.

        A rollback must work even if the update failed because the data at the same place had gone or changed. It is an
        update to the properties of the last success if the baseline was what failed, and of the one before if something
        else in the stack did; the latter looks the same as a change of mind, so the data are asked first.
        """
        successes = store.successes()
        # This request has ended well before, but its answer was lost.
        done = [success for success in successes if success.request_id == self._request.id]
        if done:
            return done[0].fingerprint
        same = [success for success in successes if success.properties == self._properties_hash()]
        if not self._request.is_update:
            same = []
        if same and same[0] == successes[0]:
            return same[0].fingerprint
        try:
            return _content(properties)[0]
        except BaselineError as error:
            if not same or (self._request.is_fresh and errors.is_refusal(error)):
                raise
            log("earlier baseline taken", fingerprint=same[0].fingerprint, error=str(error))
            return same[0].fingerprint

    def _note_source(self, properties: Properties, store: Store, folder: S3Uri, fingerprint: str) -> None:
        """Note what the version is made of. Nothing depends on it: data that have gone since are no error."""
        try:
            content, objects = _content(properties)
        except (BaselineError, ClientError) as error:
            log("source not noted", error=str(error))
            return
        if content == fingerprint:
            store.note_source(folder, json.loads(self._raw["Source"]), objects)

    def _properties_hash(self) -> str:
        return digest({key: value for key, value in self._raw.items() if key not in _NOT_OF_THE_BASELINE}, 16)


def _store(properties: Properties) -> Store:
    return Store(properties.output, properties.output_kms_key_id)


def _content(properties: Properties) -> tuple[str, dict[str, str]]:
    """Return the fingerprint of the source, and its objects with their ETags."""
    try:
        if isinstance(properties.source, Dataset):
            facts = inspect_dataset(properties.source)
            properties.kind.check_dataset(properties.source, facts)
            bucket = properties.source.uri.bucket
            objects = {str(S3Uri(bucket, item.key)): item.etag for item in facts.objects}
            return dataset_fingerprint(properties, facts), objects
        files = existing_files(properties)
        return files_fingerprint(files, properties), {str(uri): etag(uri) for uri in files.uris}
    except ClientError as error:
        if not errors.is_missing(error) and not errors.is_denied(error):
            raise
        raise BaselineError(
            f"the baseline's source cannot be read: {error}; check that the objects exist and that the access role has "
            "s3:GetObject on them and s3:ListBucket on their bucket"
        ) from error


def _stop(job: str) -> str:
    """Stop a job; say what has become of it."""
    try:
        processing_jobs.stop(job)
    except ClientError as error:
        return f"could not be stopped ({errors.message(error)}; stop it, because it costs money)"
    return "was stopped"


def _stop_jobs_below(raw_properties: Mapping[str, Any]) -> bool:
    """Stop the jobs of an output location. Properties that are no use have never started a job."""
    try:
        output = S3Uri.parse(str(raw_properties.get("OutputUri")))
    except ValueError:
        return True
    return stop_jobs(Store(output))


def _count_deployment(metric: Metric) -> None:
    """Start the patience of the silence alarm: a monitor that was just deployed has not run yet.

    A datum of 0 counts no run, but it is a datum: the alarm looks at their number.
    """
    clients.cloudwatch().put_metric_data(
        Namespace=metric.namespace,
        MetricData=[
            {
                "MetricName": "Executions",
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
                "Value": 0,
                "Unit": "Count",
            }
        ],
    )
