"""Adds services to MiniStack's dispatch."""

import types
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.seams.names import Name, get, replace

Response = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Response]]
"""``(method, path, headers, body, query) -> (status, headers, body)``; header names arrive in lower case."""


def register_service(
    name: str,
    handler: Handler,
    *,
    target_prefix: str | None,
    iam_namespace: str,
    resource_arn: Callable[[str, dict[str, str], bytes], str],
    reset: Callable[[], None],
) -> None:
    """Serve ``name`` (botocore's service name) and authorize its calls.

    Args:
        name: The service, which is also its signing name unless a path is routed to it.
        handler: Answers the requests, on the event loop.
        target_prefix: Start of ``X-Amz-Target`` for JSON protocols, e.g. ``SageMaker.``; None for REST.
        iam_namespace: Prefix of the IAM actions, e.g. ``sagemaker``.
        resource_arn: ``(path, headers, body)`` to the ARN that policies are checked against, ``*`` for none.
        reset: Forgets the service's state.
    """
    patterns: dict[str, list[str]] = {"target_prefixes": [target_prefix]} if target_prefix else {}
    get(Name.SERVICE_PATTERNS)[name] = patterns
    get(Name.SERVICE_HANDLERS)[name] = handler
    get(Name.SERVICE_REGISTRY)[name] = {"module": name}
    get(Name.LOADED_MODULES)[name] = _state_module(name, reset)
    get(Name.IAM_NAMESPACES)[name] = iam_namespace
    get(Name.BOTOCORE_SERVICES)[name] = [name]

    def with_service(original: Callable[..., str]) -> Callable[..., str]:
        def resource_arn_of(
            service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
        ) -> str:
            if service == name:
                return resource_arn(path, headers, body)
            return original(service, method, path, headers, body, *rest)

        return resource_arn_of

    replace(Name.RESOURCE_ARN_OF, with_service)


def route_runtime_path(prefix: str, *, signed_as: str, service: str) -> None:
    """Send REST calls that are signed as one service, but start with ``prefix``, to another.

    Args:
        prefix: e.g. ``/endpoints/``.
        signed_as: The signing name that both share, e.g. ``sagemaker``.
        service: A registered service, e.g. ``sagemaker-runtime``.
    """

    def with_route(original: Callable[..., str]) -> Callable[..., str]:
        def detect_service(method: str, path: str, headers: dict[str, str], query_params: Any) -> str:
            found = original(method, path, headers, query_params)
            routed = found == signed_as and path.startswith(prefix) and "x-amz-target" not in headers
            return service if routed else found

        return detect_service

    replace(Name.DETECT_SERVICE, with_route)


def _state_module(name: str, reset: Callable[[], None]) -> types.ModuleType:
    """What MiniStack takes for the service's module when it resets or saves state; nothing of ours is saved."""
    module = types.ModuleType(name)
    members: dict[str, Any] = {"reset": reset, "get_state": lambda: None, "load_persisted_state": lambda _data: None}
    module.__dict__.update(members)
    return module
