"""Handlers of `Custom::ModelMonitorBaseline` behind the CDK Provider framework.

`on_event` is called once a request and starts the work; `is_complete` is called with its result until it says so. To
raise is to fail the deployment with the text of the error.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from baseline import clarify, model_quality
from baseline.dataset import DatasetFacts, inspect_dataset
from baseline.delivery import deliver
from baseline.errors import BaselineError
from baseline.fingerprint import dataset_fingerprint, files_fingerprint
from baseline.properties import Metric, Properties, parse_properties
from baseline.reader import digest
from baseline.source import Dataset
from baseline.store import Store, Success
from baseline.workflow import existing_files, start_run, stop_jobs
from shared import clients, errors
from shared.logs import log
from shared.s3 import S3Uri
from shared.waiting import unless_busy

Event = Mapping[str, Any]
Result = dict[str, Any]


def on_event(event: Event, _context: object) -> Result:
    """Start what a request of CloudFormation asks for.

    Args:
        event: `RequestType`, `RequestId`, `StackId`, `LogicalResourceId`, `ResourceProperties` and, after the
            creation, `PhysicalResourceId` and `OldResourceProperties`.

    Returns:
        The physical id and, in `Data`, the fingerprint that `is_complete` goes on with.

    Raises:
        BaselineError: The properties or the data cannot make a baseline; no job is left behind.
    """
    log("request", type=event["RequestType"], resource=event["LogicalResourceId"], request=event["RequestId"])
    if event["RequestType"] == "Delete":
        unless_busy(lambda: _stop_jobs_below(event["ResourceProperties"]))
        return {"PhysicalResourceId": event["PhysicalResourceId"]}
    properties = parse_properties(event["ResourceProperties"])
    old = event.get("OldResourceProperties", {})
    if old and old.get("OutputUri") != event["ResourceProperties"]["OutputUri"]:
        unless_busy(lambda: _stop_jobs_below(old))
    fingerprint = _fingerprint(event, properties)
    log("baseline", fingerprint=fingerprint, output=properties.output)
    unless_busy(start_run(properties, event["RequestId"], fingerprint).advance)
    return {"PhysicalResourceId": _physical_id(event, properties), "Data": {"Fingerprint": fingerprint}}


def is_complete(event: Event, _context: object) -> Result:
    """Go on with a request, and finish it when its job has ended.

    Args:
        event: The request together with what `on_event` returned.

    Returns:
        `IsComplete`, and at the end the attributes in `Data`.

    Raises:
        BaselineError: The job failed, or its result does not fit what the stack asks for.
    """
    if event["RequestType"] == "Delete":
        return {"IsComplete": unless_busy(lambda: _stop_jobs_below(event["ResourceProperties"]))}
    data: dict[str, str] = {}
    done = unless_busy(lambda: _finish(event, data))
    return {"IsComplete": True, "Data": data} if done else {"IsComplete": False}


def _finish(event: Event, data: dict[str, str]) -> bool:
    """Advance; when the files are there, make what the monitor uses, fill in the attributes, and return true."""
    properties = parse_properties(event["ResourceProperties"])
    fingerprint = event["Data"]["Fingerprint"]
    run = start_run(properties, event["RequestId"], fingerprint)
    if not run.advance():
        return False
    store = Store(properties.output, properties.output_kms_key_id)
    data.update(deliver(properties, store, run.folder, fingerprint))
    store.add_success(Success(_request_hash(event), fingerprint))
    if properties.deployment_metric:
        _count_deployment(properties.deployment_metric)
    log("baseline complete", fingerprint=fingerprint)
    return True


def _fingerprint(event: Event, properties: Properties) -> str:
    """Return the version of the baseline that a request asks for.

    A rollback must work even if the update failed because the data at the same place had gone or changed. It is an
    update to the properties of the last success if the baseline was what failed, and of the one before if something
    else in the stack did; the latter looks the same as a change of mind, so the data are asked first.
    """
    store = Store(properties.output, properties.output_kms_key_id)
    successes = store.successes() if event["RequestType"] == "Update" else ()
    same = [success for success in successes if success.properties == _request_hash(event)]
    if same and same[0] == successes[0]:
        return same[0].fingerprint
    try:
        return _fingerprint_of_source(properties)
    except BaselineError as error:
        if not same:
            raise
        log("earlier baseline taken", fingerprint=same[0].fingerprint, error=str(error))
        return same[0].fingerprint


def _fingerprint_of_source(properties: Properties) -> str:
    try:
        if isinstance(properties.source, Dataset):
            facts = inspect_dataset(properties.source)
            _check_dataset(properties, properties.source, facts)
            return dataset_fingerprint(properties, facts)
        return files_fingerprint(existing_files(properties), properties)
    except ClientError as error:
        if not errors.is_missing(error) and not errors.is_denied(error):
            raise
        raise BaselineError(
            f"the baseline's source cannot be read: {error}; check that the objects exist and that the baseline "
            "function has s3:GetObject on them and s3:ListBucket on their bucket"
        ) from error


def _check_dataset(properties: Properties, dataset: Dataset, facts: DatasetFacts) -> None:
    if properties.problem:
        model_quality.check_dataset(properties.problem, dataset, facts)
    if properties.clarify:
        config = clarify.baseline_config(properties.clarify, properties.monitor_type, dataset, facts.columns)
        clarify.check_dataset(config, dataset, facts)


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


def _physical_id(event: Event, properties: Properties) -> str:
    """Return an id that stays the same for the life of the resource, so that an update never replaces it."""
    if event["RequestType"] == "Update":
        return str(event["PhysicalResourceId"])
    place = f"{event['StackId']}/{event['LogicalResourceId']}"
    return f"{properties.name}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def _request_hash(event: Event) -> str:
    own = {key: value for key, value in event["ResourceProperties"].items() if key != "ServiceToken"}
    return digest(own, 16)
