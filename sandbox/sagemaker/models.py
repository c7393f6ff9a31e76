"""Models and endpoint configurations: immutable descriptions of what an endpoint serves."""

from typing import Any

from sandbox.sagemaker import s3_uri, state, unserved
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.hosting import containers
from sandbox.sagemaker.kinds import ENDPOINT, ENDPOINT_CONFIG, MODEL
from sandbox.sagemaker.reading import serve_describe, serve_list
from sandbox.sagemaker.state import Document

for _kind in (MODEL, ENDPOINT_CONFIG):
    serve_describe(_kind)
    serve_list(_kind)


@operation("CreateModel")
def create_model(request: Request) -> dict[str, Any]:
    """Keep a model; its archive is read when an endpoint starts to serve it, as on AWS."""
    body = request.body
    if body.get("PrimaryContainer") and body.get("Containers"):
        raise refuse("PrimaryContainer and Containers cannot both be set in the same CreateModel request.")
    if not body.get("PrimaryContainer") and not body.get("Containers"):
        raise refuse("Either PrimaryContainer or Containers must be specified.")
    if not body.get("ExecutionRoleArn"):
        raise refuse("ExecutionRoleArn is required to create a model.")
    containers.check(body)
    request.require_pass_role(body["ExecutionRoleArn"])
    document = state.add(MODEL, body, EnableNetworkIsolation=body.get("EnableNetworkIsolation", False))
    return {"ModelArn": document["ModelArn"]}


@operation("DeleteModel")
def delete_model(request: Request) -> dict[str, Any]:
    """Forget a model; endpoints that run keep serving it."""
    with state.LOCK:
        state.get(MODEL, request.body["ModelName"])
        state.remove(MODEL, request.body["ModelName"])
    return {}


@operation("CreateEndpointConfig")
def create_endpoint_config(request: Request) -> dict[str, Any]:
    """Keep an endpoint configuration whose models exist."""
    body = request.body
    names = [variant["VariantName"] for variant in body["ProductionVariants"]]
    if len(set(names)) != len(names):
        raise refuse(f"Production variant names must be unique, got {', '.join(names)}")
    models = [state.get(MODEL, name) for variant in body["ProductionVariants"] if (name := variant.get("ModelName"))]
    unserved.check_endpoint_config(body, models)
    if "DataCaptureConfig" in body:
        s3_uri.split(body["DataCaptureConfig"]["DestinationS3Uri"])
    document = state.add(
        ENDPOINT_CONFIG,
        body,
        ProductionVariants=[{"InitialVariantWeight": 1.0, **variant} for variant in body["ProductionVariants"]],
        EnableNetworkIsolation=body.get("EnableNetworkIsolation", False),
        DataCaptureConfig=_with_capture_default(body.get("DataCaptureConfig")),
    )
    return {"EndpointConfigArn": document["EndpointConfigArn"]}


@operation("DeleteEndpointConfig")
def delete_endpoint_config(request: Request) -> dict[str, Any]:
    """Forget a configuration, unless an endpoint is being made from it."""
    name = request.body["EndpointConfigName"]
    with state.LOCK:
        document = state.get(ENDPOINT_CONFIG, name)
        for endpoint in state.every(ENDPOINT):
            if endpoint["EndpointConfigName"] == name and endpoint["EndpointStatus"] in ("Creating", "Updating"):
                raise refuse(
                    f'Cannot delete endpoint configuration "{document["EndpointConfigArn"]}": it is in use by endpoint '
                    f'"{endpoint["EndpointArn"]}" in status {endpoint["EndpointStatus"]}.'
                )
        state.remove(ENDPOINT_CONFIG, name)
    return {}


def _with_capture_default(capture: Document | None) -> Document | None:
    """EnableCapture is true when it is left out."""
    return {"EnableCapture": True, **capture} if capture is not None else None
