"""The links `endpoint` and `capture`: is the model served, and do its records get to S3?"""

from __future__ import annotations

from datetime import timedelta

from model_monitor_cli import times
from model_monitor_cli.doctor.facts import Facts
from model_monitor_cli.doctor.finding import Check, Finding, Link

_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack")
_NEEDED = {
    "DataQuality": ("Input",),
    "ModelQuality": ("Output",),
    "ModelBias": ("Input", "Output"),
    "ModelExplainability": ("Input", "Output"),
}
_FULL_DISK = 75
"""Percent of a disk above which SageMaker captures nothing.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""
_DAY = timedelta(hours=24)
_DEPLOY = "Deploy the stack that turns capture on again (EndpointDataCapture, or DataCapture.apply_to of its owner)."


def _is_gone(facts: Facts) -> Finding | None:
    if not facts.monitor.entry.endpoint or facts.endpoint:
        return None
    return Finding(
        f"The endpoint {facts.monitor.entry.endpoint} does not exist.",
        "Deploy it again, or delete its monitoring: cdk destroy.",
    )


def _is_out_of_service(facts: Facts) -> Finding | None:
    status = facts.endpoint["EndpointStatus"] if facts.endpoint else "InService"
    if status == "InService":
        return None
    if status in _CHANGING:
        return Finding(f"The endpoint is {status}.", "Wait until it is InService, then look again.")
    assert facts.endpoint is not None, "it has a status"
    return Finding(
        f"The endpoint is {status}: {facts.endpoint.get('FailureReason', 'SageMaker gives no reason')}.",
        "Fix what its FailureReason says, and deploy the endpoint again.",
    )


def _is_serverless(facts: Facts) -> Finding | None:
    variants = (facts.endpoint_config or {}).get("ProductionVariants", [])
    if not any(variant.get("ServerlessConfig") for variant in variants):
        return None
    return Finding(
        "The endpoint is serverless, and SageMaker captures nothing of serverless endpoints.",
        "Serve the model on instances, or write its records yourself: docs/capture-writer.md.",
    )


def _is_multi_model(facts: Facts) -> Finding | None:
    if not facts.is_multi_model:
        return None
    return Finding(
        "The endpoint hosts several models in one container, whose records cannot be told apart.",
        "Give each monitored model an endpoint of its own, or write its records yourself: docs/capture-writer.md.",
    )


def _is_on_in_another_configuration(facts: Facts) -> Finding | None:
    if not facts.endpoint or _config(facts).get("EnableCapture") or not facts.capturing_configs:
        return None
    return Finding(
        f"Capture is set up in {facts.capturing_configs[0]}, but the endpoint uses another configuration, "
        f"{facts.endpoint['EndpointConfigName']}, which has none: somebody has updated the endpoint.",
        f"Update the endpoint to {facts.capturing_configs[0]}, or: {_DEPLOY[0].lower()}{_DEPLOY[1:]}",
    )


def _is_off(facts: Facts) -> Finding | None:
    if not facts.endpoint or _config(facts).get("EnableCapture"):
        return None
    return Finding("Data capture of the endpoint is off: no run finds anything to check.", _DEPLOY)


def _is_stopped(facts: Facts) -> Finding | None:
    status = _config(facts).get("CaptureStatus", "Started")
    if not facts.endpoint or status == "Started":
        return None
    return Finding(
        f"Data capture is configured, but {status}.",
        "Update the endpoint to its configuration once more; the endpoint's events in the console may tell the reason.",
    )


def _lacks_a_side(facts: Facts) -> Finding | None:
    options = ((facts.endpoint_config or {}).get("DataCaptureConfig") or {}).get("CaptureOptions")
    if not options:
        return None
    modes = {option["CaptureMode"] for option in options}
    has = {"Input", "Output"} if "InputAndOutput" in modes else modes
    missing = [side for side in _NEEDED.get(facts.monitor.entry.type, ()) if side not in has]
    if not missing:
        return None
    return Finding(
        f"The endpoint captures {' and '.join(sorted(has))} only, and a {facts.monitor.kind} monitor needs "
        f"{' and '.join(missing)}, too.",
        "Capture both: DataCapture captures both unless told otherwise. Then deploy.",
    )


def _has_a_broken_place(facts: Facts) -> Finding | None:
    if not facts.captured_problem:
        return None
    return Finding(
        f"Monitors find no records there: {facts.captured_problem}.",
        "Correct the location of the capture (no doubled slash), and deploy.",
    )


def _has_full_disks(facts: Facts) -> Finding | None:
    if facts.disk is None or facts.disk <= _FULL_DISK:
        return None
    return Finding(
        f"A disk of the endpoint is {facts.disk:.0f} % full; above {_FULL_DISK} % SageMaker captures nothing.",
        "Give the endpoint bigger volumes or more instances, or capture a smaller share of the requests.",
    )


def _never_captured(facts: Facts) -> Finding | None:
    if facts.newest or not facts.captured:
        return None
    if facts.invocations == 0:
        return Finding(
            f"There are no records below {facts.captured}, and nobody has called the endpoint for 24 hours.",
            "Send it a request; records appear in S3 within some minutes.",
        )
    if not facts.monitor.entry.endpoint:
        return Finding(
            f"There are no records below {facts.captured}.",
            "Look whether your service writes its records there: docs/capture-writer.md."
            if facts.monitor.entry.model
            else "Start a transform job with data capture to this place (DataCaptureConfig.DestinationS3Uri).",
        )
    return Finding(
        f"The endpoint is called, but there are no records below {facts.captured}.",
        "Let the model's role write there (s3:PutObject, and kms:GenerateDataKey where the bucket has a key), and look "
        "at the endpoint's log. Requests of the last minutes may still be on their way.",
    )


def _captures_no_more(facts: Facts) -> Finding | None:
    patience = max(_DAY, 2 * facts.period)
    if facts.newest is None or facts.now - facts.newest < patience:
        return None
    since = f"The newest record is from {times.minute(facts.newest)} UTC, {times.ago(facts.newest, facts.now)} ago"
    if facts.invocations:
        return Finding(
            f"{since}, although the endpoint was called {facts.invocations:.0f} times in the last 24 hours.",
            "Let the model's role write to the place of the capture (s3:PutObject, kms:GenerateDataKey), and look at "
            "the endpoint's log.",
        )
    return Finding(
        f"{since}: nobody uses the model.",
        "Find out why its clients no longer call it; without traffic there is nothing to check.",
    )


def _config(facts: Facts) -> dict[str, object]:
    return dict((facts.endpoint or {}).get("DataCaptureConfig") or {})


def _served(facts: Facts) -> str:
    return f"{facts.endpoint['EndpointName']} is InService" if facts.endpoint else "SageMaker serves no endpoint of it"


def _recorded(facts: Facts) -> str:
    if facts.newest is None:
        return "nobody knows where records lie"
    return f"newest record {times.ago(facts.newest, facts.now)} old, below {facts.captured}"


ENDPOINT = Link(
    "endpoint",
    (
        Check("endpoint-exists", _is_gone),
        Check("endpoint-in-service", _is_out_of_service),
        Check("endpoint-not-serverless", _is_serverless),
        Check("endpoint-one-model", _is_multi_model),
    ),
    _served,
)
CAPTURE = Link(
    "capture",
    (
        Check("capture-in-force", _is_on_in_another_configuration),
        Check("capture-on", _is_off),
        Check("capture-started", _is_stopped),
        Check("capture-both-sides", _lacks_a_side),
        Check("capture-place", _has_a_broken_place),
        Check("capture-disk", _has_full_disks),
        Check("capture-records", _never_captured),
        Check("capture-recent", _captures_no_more),
    ),
    _recorded,
)
