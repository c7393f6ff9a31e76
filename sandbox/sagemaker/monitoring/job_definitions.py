"""The four kinds of monitoring job definition: created, described, listed, deleted, never changed."""

from typing import Any

from sandbox.sagemaker import endpoints, s3_uri, state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.kinds import ENDPOINT, JOB_DEFINITIONS, MONITORING_SCHEDULE, Kind
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.monitoring import window
from sandbox.sagemaker.monitoring.monitoring_job import DEFAULT_MAX_RUNTIME, MonitoringJob, with_defaults
from sandbox.sagemaker.reading import serve_describe
from sandbox.sagemaker.state import Document


def check_job(job: MonitoringJob) -> None:
    """Refuse what AWS refuses in a definition beyond its shape.

    Raises:
        AwsError: No input or two, an endpoint that is missing or does not capture, offsets or locations that are none.
    """
    given = [name for name in ("EndpointInput", "BatchTransformInput") if name in job.source]
    if len(given) != 1:
        raise refuse(f"Exactly one of EndpointInput and BatchTransformInput must be specified, got {len(given)}")
    window.check_offsets(job.data)
    if job.needs_labels:
        s3_uri.split(job.source["GroundTruthS3Input"].get("S3Uri", ""))
    if job.endpoint_name is not None:
        endpoint = state.get(ENDPOINT, job.endpoint_name)
        if not endpoints.captures(endpoint):
            raise refuse(
                f'Endpoint "{endpoint["EndpointArn"]}" does not have data capture enabled: create an endpoint '
                "configuration with DataCaptureConfig and update the endpoint to it"
            )
    else:
        s3_uri.split(job.data["DataCapturedDestinationS3Uri"])
    for uri in (job.output["S3Uri"], job.application.get("ConfigUri")):
        if uri is not None:
            s3_uri.split(uri)


def _register(monitoring_type: str, kind: Kind) -> None:
    """Add the four operations of one kind."""

    def create(request: Request) -> dict[str, Any]:
        definition = with_defaults(request.body)
        definition.setdefault("StoppingCondition", {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME})
        check_job(MonitoringJob.of_definition(monitoring_type, definition))
        request.require_pass_role(definition["RoleArn"])
        return {"JobDefinitionArn": state.add(kind, definition)["JobDefinitionArn"]}

    def delete(request: Request) -> dict[str, Any]:
        name = request.body["JobDefinitionName"]
        with state.LOCK:
            definition = state.get(kind, name)
            _require_unused(monitoring_type, definition)
            state.remove(kind, name)
        return {}

    def list_definitions(request: Request) -> dict[str, Any]:
        summaries = [_summary(monitoring_type, definition) for definition in state.every(kind)]
        return page(f"List{kind.operation}s", summaries, request.body)

    operation(f"Create{kind.operation}")(create)
    serve_describe(kind)
    operation(f"Delete{kind.operation}")(delete)
    operation(f"List{kind.operation}s")(list_definitions)


def _require_unused(monitoring_type: str, definition: Document) -> None:
    for schedule in state.every(MONITORING_SCHEDULE):
        config = schedule["MonitoringScheduleConfig"]
        used = config.get("MonitoringJobDefinitionName") == definition["JobDefinitionName"]
        if used and config.get("MonitoringType") == monitoring_type:
            # Delete has no modelled ResourceInUse, hence the general error; AWS's wording was not seen.
            raise refuse(
                f"Job definition {definition['JobDefinitionArn']} is in use by monitoring schedule "
                f"{schedule['MonitoringScheduleArn']}: point the schedule elsewhere or delete it first"
            )


def _summary(monitoring_type: str, definition: Document) -> Document:
    return {
        "MonitoringJobDefinitionName": definition["JobDefinitionName"],
        "MonitoringJobDefinitionArn": definition["JobDefinitionArn"],
        "CreationTime": definition["CreationTime"],
        "EndpointName": MonitoringJob.of_definition(monitoring_type, definition).endpoint_name,
    }


for _type, _kind in JOB_DEFINITIONS.items():
    _register(_type, _kind)
