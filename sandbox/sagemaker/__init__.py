"""SageMaker for the sandbox: models, endpoints with data capture, processing jobs and Model Monitor.

| part | holds |
|---|---|
| `service`, `validation`, `api` | the wire: requests checked against botocore's model, dispatch, errors |
| `state`, `kinds`, `reading`, `listing`, `tags` | what is remembered, and how it is named, found and listed |
| `models`, `endpoints`, `hosting` | models, endpoints, InvokeEndpoint, data capture |
| `processing_jobs`, `jobs` | processing jobs, run as subprocesses; shadow endpoints for Clarify's |
| `transform_jobs`, `transform` | batch transform jobs and their capture manifests |
| `model_packages` | the model registry |
| `unserved` | what is refused, with what the sandbox is for and the way on |
| `monitoring` | job definitions, schedules, executions |
| `provisioning` | the CloudFormation types |
"""

from sandbox import seams
from sandbox.sagemaker import (
    activity,
    aws,
    endpoints,
    hosting,
    jobs,
    model_packages,
    models,
    processing_jobs,
    provisioning,
    service,
    state,
    tags,
    transform,
    transform_jobs,
)
from sandbox.sagemaker.hosting import runtime
from sandbox.sagemaker.monitoring import alerts, executions, job_definitions, scheduler, schedules

__all__ = ["install", "is_idle", "reset"]

OPERATION_MODULES = (
    models,
    model_packages,
    endpoints,
    processing_jobs,
    transform_jobs,
    job_definitions,
    schedules,
    executions,
    alerts,
    tags,
)
"""Importing these fills the table of operations."""


def install() -> None:
    """Put the service, its runtime and its CloudFormation types into the sandbox. Called once, before it serves."""
    seams.register_service(
        "sagemaker",
        service.handle,
        target_prefix=service.TARGET_PREFIX,
        iam_namespace="sagemaker",
        resource_arn=service.resource_arn,
        reset=reset,
    )
    seams.register_service(
        "sagemaker-runtime",
        runtime.handle,
        target_prefix=None,
        iam_namespace="sagemaker",
        resource_arn=service.runtime_resource_arn,
        reset=hosting.reset,
    )
    seams.route_runtime_path("/endpoints/", signed_as="sagemaker", service="sagemaker-runtime")
    scheduler.install()
    provisioning.install()


def is_idle() -> bool:
    """Whether no job, execution, endpoint or schedule change is under way and all captured data are in S3."""
    return activity.is_idle() and hosting.is_flushed()


def reset() -> None:
    """Forget everything, in every account and region; stop what runs."""
    scheduler.reset()
    jobs.reset()
    transform.reset()
    hosting.reset()
    executions.reset()
    aws.reset()
    provisioning.reset()
    state.reset()
