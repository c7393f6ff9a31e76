"""Endpoints: their states, and the rules for changing them.

Statuses: Creating -> InService | Failed; Updating -> InService (with the new or, after a failure, the old
configuration); Deleting -> gone. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from typing import Any

from sandbox.process import clock
from sandbox.sagemaker import background, events, hosting, state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.hosting import HostingError
from sandbox.sagemaker.kinds import ENDPOINT, ENDPOINT_CONFIG, MONITORING_SCHEDULE
from sandbox.sagemaker.reading import serve_describe, serve_list
from sandbox.sagemaker.state import Document

_EVENT_STATUS = {
    "Creating": "CREATING",
    "Updating": "UPDATING",
    "InService": "IN_SERVICE",
    "Failed": "FAILED",
    "Deleting": "DELETING",
}

serve_describe(ENDPOINT)
serve_list(ENDPOINT)


@operation("CreateEndpoint")
def create_endpoint(request: Request) -> dict[str, Any]:
    """Start an endpoint; its models load in the background."""
    config = state.get(ENDPOINT_CONFIG, request.body["EndpointConfigName"])
    endpoint = state.add(
        ENDPOINT,
        request.body,
        EndpointStatus="Creating",
        LastDeploymentConfig=request.body.get("DeploymentConfig"),
        LastModifiedTime=clock.time(),
        ProductionVariants=_variants(config),
        DataCaptureConfig=_capture_summary(config.get("DataCaptureConfig"), active=False),
    )
    _announce(endpoint)
    background.run(lambda: _bring_up(endpoint, config), f"create endpoint {endpoint['EndpointName']}")
    return {"EndpointArn": endpoint["EndpointArn"]}


@operation("UpdateEndpoint")
def update_endpoint(request: Request) -> dict[str, Any]:
    """Bring a new configuration up beside the old one, then swap (blue/green)."""
    body = request.body
    with state.LOCK:
        endpoint = state.get(ENDPOINT, body["EndpointName"])
        config = state.get(ENDPOINT_CONFIG, body["EndpointConfigName"])
        _require_settled(endpoint, "update")
        # AWS documents neither rule: what contradicts itself is taken for a mistake.
        if body.get("ExcludeRetainedVariantProperties") and not body.get("RetainAllVariantProperties"):
            raise refuse("ExcludeRetainedVariantProperties can only be set when RetainAllVariantProperties is true.")
        if body.get("RetainDeploymentConfig") and "DeploymentConfig" in body:
            raise refuse("DeploymentConfig cannot be set when RetainDeploymentConfig is true.")
        state.touch(endpoint, EndpointStatus="Updating")
    _announce(endpoint)
    background.run(lambda: _swap(endpoint, config, body), f"update endpoint {endpoint['EndpointName']}")
    return {"EndpointArn": endpoint["EndpointArn"]}


@operation("UpdateEndpointWeightsAndCapacities")
def update_endpoint_weights_and_capacities(request: Request) -> dict[str, Any]:
    """Change weights and instance counts of variants that serve; the configuration stays as it is."""
    body = request.body
    wanted = {item["VariantName"]: item for item in body["DesiredWeightsAndCapacities"]}
    with state.LOCK:
        endpoint = state.get(ENDPOINT, body["EndpointName"])
        _require_settled(endpoint, "update")
        unknown = set(wanted) - {variant["VariantName"] for variant in endpoint["ProductionVariants"]}
        if unknown:
            raise refuse(f'Endpoint "{endpoint["EndpointArn"]}" has no variant {", ".join(sorted(unknown))}')
        variants = [
            _resized(variant, wanted.get(variant["VariantName"], {})) for variant in endpoint["ProductionVariants"]
        ]
        state.touch(endpoint, EndpointStatus="Updating")
    _announce(endpoint)

    def apply() -> None:
        hosting.set_weights(
            endpoint["EndpointName"], {variant["VariantName"]: variant["CurrentWeight"] for variant in variants}
        )
        state.touch(endpoint, EndpointStatus="InService", ProductionVariants=variants)
        _announce(endpoint)

    background.run(apply, f"update weights of endpoint {endpoint['EndpointName']}")
    return {"EndpointArn": endpoint["EndpointArn"]}


@operation("DeleteEndpoint")
def delete_endpoint(request: Request) -> dict[str, Any]:
    """Stop an endpoint and forget it; refused while it changes or a monitoring schedule refers to it."""
    name = request.body["EndpointName"]
    with state.LOCK:
        endpoint = state.get(ENDPOINT, name)
        _require_settled(endpoint, "delete")
        users = [s for s in state.every(MONITORING_SCHEDULE) if s.get("EndpointName") == name]
        if users:
            raise refuse(
                f'Cannot delete endpoint "{endpoint["EndpointArn"]}": it is in use by monitoring schedule '
                f'"{users[0]["MonitoringScheduleArn"]}". Delete the schedule first.'
            )
        state.touch(endpoint, EndpointStatus="Deleting")
    _announce(endpoint)
    background.run(lambda: _take_down(endpoint), f"delete endpoint {name}")
    return {}


def captures(endpoint: Document) -> bool:
    """Whether an endpoint's configuration captures data."""
    summary = endpoint.get("DataCaptureConfig") or {}
    return bool(summary.get("EnableCapture"))


def _bring_up(endpoint: Document, config: Document) -> None:
    try:
        hosting.deploy(endpoint["EndpointName"], config, config.get("DataCaptureConfig"))
    except HostingError as error:
        state.touch(endpoint, EndpointStatus="Failed", FailureReason=str(error))
    else:
        _settle(endpoint, config, config.get("DataCaptureConfig"), config["ProductionVariants"])
    _announce(endpoint)


def _swap(endpoint: Document, config: Document, update: Document) -> None:
    excluded = {item["VariantPropertyType"] for item in update.get("ExcludeRetainedVariantProperties", [])}
    retain = bool(update.get("RetainAllVariantProperties"))
    capture = config.get("DataCaptureConfig")
    if retain and "DataCaptureConfig" not in excluded:
        capture = hosting.current_capture(endpoint["EndpointName"])
    variants = _retained(endpoint, config["ProductionVariants"], excluded) if retain else config["ProductionVariants"]
    try:
        hosting.deploy(endpoint["EndpointName"], {**config, "ProductionVariants": variants}, capture)
    except HostingError as error:
        # The old fleet goes on serving, as after a blue/green deployment that was rolled back.
        state.touch(endpoint, EndpointStatus="InService", FailureReason=str(error))
    else:
        endpoint.pop("FailureReason", None)
        if not update.get("RetainDeploymentConfig"):
            endpoint["LastDeploymentConfig"] = update.get("DeploymentConfig")
        _settle(endpoint, config, capture, variants)
    _announce(endpoint)


def _settle(endpoint: Document, config: Document, capture: Document | None, variants: list[Document]) -> None:
    state.touch(
        endpoint,
        EndpointStatus="InService",
        EndpointConfigName=config["EndpointConfigName"],
        ProductionVariants=_variants({**config, "ProductionVariants": variants}),
        DataCaptureConfig=_capture_summary(capture, active=True),
    )


def _take_down(endpoint: Document) -> None:
    hosting.remove(endpoint["EndpointName"])
    state.remove(ENDPOINT, endpoint["EndpointName"])


def _retained(endpoint: Document, variants: list[Document], excluded: set[str]) -> list[Document]:
    """The new variants with the live counts and weights of those that exist already."""
    live = {variant["VariantName"]: variant for variant in endpoint["ProductionVariants"]}
    kept = []
    for variant in variants:
        old = live.get(variant["VariantName"], {})
        retained = {}
        if "DesiredWeight" not in excluded and "CurrentWeight" in old:
            retained["InitialVariantWeight"] = old["CurrentWeight"]
        if "DesiredInstanceCount" not in excluded and "CurrentInstanceCount" in old:
            retained["InitialInstanceCount"] = old["CurrentInstanceCount"]
        kept.append({**variant, **retained})
    return kept


def _resized(variant: Document, wanted: Document) -> Document:
    changed: Document = {}
    if "DesiredWeight" in wanted:
        changed |= {"CurrentWeight": wanted["DesiredWeight"], "DesiredWeight": wanted["DesiredWeight"]}
    if "DesiredInstanceCount" in wanted:
        count = wanted["DesiredInstanceCount"]
        changed |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return {**variant, **changed}


def _variants(config: Document) -> list[Document]:
    """ProductionVariantSummary of every variant."""
    return [
        {
            "VariantName": variant["VariantName"],
            "CurrentWeight": variant["InitialVariantWeight"],
            "DesiredWeight": variant["InitialVariantWeight"],
            "CurrentInstanceCount": variant.get("InitialInstanceCount", 1),
            "DesiredInstanceCount": variant.get("InitialInstanceCount", 1),
        }
        for variant in config["ProductionVariants"]
    ]


def _capture_summary(capture: Document | None, *, active: bool) -> Document | None:
    if capture is None:
        return None
    enabled = capture["EnableCapture"]
    summary = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled and active else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
    }
    # A real reply without a key leaves KmsKeyId out, although the service model calls it required.
    return summary | ({"KmsKeyId": capture["KmsKeyId"]} if capture.get("KmsKeyId") else {})


def _require_settled(endpoint: Document, verb: str) -> None:
    if endpoint["EndpointStatus"] not in ("InService", "Failed"):
        raise refuse(
            f'Cannot {verb} in-progress endpoint "{endpoint["EndpointArn"]}": its status is '
            f"{endpoint['EndpointStatus']}."
        )
    if verb == "update" and endpoint["EndpointStatus"] == "Failed":
        raise refuse(f'Cannot update endpoint "{endpoint["EndpointArn"]}": its status is Failed.')


def _announce(endpoint: Document) -> None:
    members = (
        "EndpointName",
        "EndpointArn",
        "EndpointConfigName",
        "ProductionVariants",
        "CreationTime",
        "LastModifiedTime",
        "FailureReason",
    )
    detail = {name: endpoint[name] for name in members if name in endpoint}
    detail["EndpointStatus"] = _EVENT_STATUS[endpoint["EndpointStatus"]]
    detail["Tags"] = {tag["Key"]: tag["Value"] for tag in endpoint.get("Tags", [])}
    events.state_change("Endpoint", detail, endpoint["EndpointArn"])
