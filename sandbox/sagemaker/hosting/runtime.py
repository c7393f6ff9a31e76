"""InvokeEndpoint: the REST side of SageMaker, on ``/endpoints/<name>/invocations``.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

from sandbox import seams
from sandbox.errors import AwsError
from sandbox.sagemaker import state, unserved
from sandbox.sagemaker.hosting import capture, fleet, flusher, usage
from sandbox.sagemaker.hosting.capture import Invocation
from sandbox.sagemaker.hosting.fleet import Fleet, Variant
from sandbox.sagemaker.hosting.worker import OK, Answer, RetiredError
from sandbox.sagemaker.kinds import ENDPOINT
from sandbox.seams import Response

_CLIENT_ERRORS, _MODEL_ERROR_STATUS = range(400, 500), 424
_INFERENCE_ID_LENGTH = 64
_SERVING = ("InService", "Updating")
# A request waits for its model here, never on the event loop; each model serves one request at a time anyway.
_threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="sagemaker-invoke")


async def handle(
    method: str, path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Response:
    """Serve one call of the runtime."""
    try:
        return await _invoke(method, path, headers, body)
    except AwsError as error:
        answer = {"__type": error.code, "Message": error.message, "message": error.message}
        return error.status, _headers("application/json", error.code), json.dumps(answer).encode()


async def _invoke(method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
    parts = path.strip("/").split("/")
    if method != "POST" or len(parts) != 3 or parts[2] != "invocations":  # noqa: PLR2004 - endpoints/<name>/invocations
        raise AwsError(
            "UnknownOperationException",
            f"the sandbox serves InvokeEndpoint only, not {method} {path}: endpoints answer at once and in one piece",
            404,
        )
    unserved.check_invocation(headers)
    inference_id = headers.get("x-amzn-sagemaker-inference-id")
    if inference_id is not None and not 1 <= len(inference_id) <= _INFERENCE_ID_LENGTH:
        raise AwsError("ValidationError", "InferenceId must have a length from 1 to 64")
    content_type = headers.get("content-type") or "application/json"
    request = (body, content_type, headers.get("accept", "*/*"))
    target = headers.get("x-amzn-sagemaker-target-variant")
    serving, variant, answer = await _ask_model(unquote(parts[1]), target, request)
    if answer.status != OK:
        return _model_error(serving.endpoint, answer)
    attributes = headers.get("x-amzn-sagemaker-custom-attributes")
    capture.record(serving, variant, Invocation(body, content_type, answer, inference_id, attributes))
    return OK, {**_headers(answer.content_type), "x-Amzn-Invoked-Production-Variant": variant.name}, answer.body


async def _ask_model(name: str, target: str | None, request: tuple[bytes, str, str]) -> tuple[Fleet, Variant, Answer]:
    """The answer, and who gave it."""
    while True:
        serving = _serving_fleet(name)
        variant = serving.choose(target)
        if variant is None:
            raise AwsError("ValidationError", f"Variant {target} not found for endpoint {serving.endpoint}")
        started = time.perf_counter()
        try:
            answer = await asyncio.get_running_loop().run_in_executor(_threads, variant.served.invoke, *request)
        except RetiredError:
            continue  # the endpoint was updated or deleted meanwhile
        usage.count(serving, variant, answer.status, time.perf_counter() - started)
        flusher.start()
        return serving, variant, answer


def _serving_fleet(name: str) -> Fleet:
    endpoint = state.find(ENDPOINT, name)
    serving = fleet.find(name)
    if endpoint is None or serving is None or endpoint["EndpointStatus"] not in _SERVING:
        raise AwsError("ValidationError", f"Endpoint {name} of account {seams.account_id()} not found.")
    return serving


def _model_error(endpoint: str, answer: Answer) -> Response:
    """ModelError as AWS words it, with the container's own text inside."""
    original = answer.body.decode(errors="replace")
    side = "client" if answer.status in _CLIENT_ERRORS else "server"
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    link = (
        f"https://{seams.region()}.console.aws.amazon.com/cloudwatch/home?region={seams.region()}"
        f"#logEventViewer:group={group}"
    )
    message = (
        f'Received {side} error ({answer.status}) from {answer.container} with message "{original}". '
        f"See {link} in account {seams.account_id()} for more information."
    )
    members = {
        "Message": message,
        "OriginalMessage": original,
        "OriginalStatusCode": answer.status,
        "LogStreamArn": f"arn:aws:logs:{seams.region()}:{seams.account_id()}:log-group:{group}",
    }
    return _MODEL_ERROR_STATUS, _headers("application/json", "ModelError"), json.dumps(members).encode()


def _headers(content_type: str, error_code: str | None = None) -> dict[str, str]:
    headers = {"Content-Type": content_type}
    return headers | ({"x-amzn-ErrorType": error_code} if error_code else {})
