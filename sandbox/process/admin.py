"""``/_sandbox/*``: what a person or a test may ask of the sandbox itself."""

import hmac
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from typing import Any

from sandbox.platform import outbox
from sandbox.process import clock, settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_PREFIX = "/_sandbox/"
_OF_THE_HOST = "/_ministack/"
"""MiniStack's own administration: it has no secret, and is kept from web pages all the same."""
HEADER = "X-Sandbox-Secret"
_OPEN = ("health",)
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _WRONG_METHOD = 400, 401, 403, 404, 405


def with_administration(app: AsgiApp, is_idle: Callable[[], bool], secret: str) -> AsgiApp:
    """Answer the administration's paths, leave the rest to ``app``.

    All but ``health`` want the header ``X-Sandbox-Secret``. Requests for another host, or from a page of another
    origin, are refused: a web page in the user's browser must not reach the sandbox.

    | path | method | answer |
    |---|---|---|
    | ``/_sandbox/clock`` | GET | ``{"now": ..., "scale": ...}`` |
    | ``/_sandbox/clock`` | POST ``{"advance_seconds": 3600}`` | the same, after the clock has moved |
    | ``/_sandbox/settings`` | GET | what AWS does now and then, see `sandbox.process.settings` |
    | ``/_sandbox/settings`` | POST ``{"iam_propagation_seconds": 5}`` | the same, after those were changed |
    | ``/_sandbox/outbox`` | GET | the e-mails that SNS "sent" |
    | ``/_sandbox/idle`` | GET | ``{"idle": true}`` when no job, execution or endpoint change is under way |
    | ``/_sandbox/health`` | GET | ``{"status": "running"}`` |
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith((_PREFIX, _OF_THE_HOST)):
            await app(scope, receive, send)
            return
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = _foreign(headers)
        if refusal is None and path.startswith(_OF_THE_HOST):
            await app(scope, receive, send)
            return
        body = await _body(receive)
        name = path.removeprefix(_PREFIX)
        if refusal is None and name not in _OPEN:
            refusal = _without_secret(headers, secret)
        status, answer = refusal or _answer(scope["method"], name, body, is_idle)
        await _send_json(send, status, answer)

    return wrapped


def _foreign(headers: dict[str, str]) -> tuple[int, object] | None:
    """The refusal of a request that was meant for another host, or that another host's page sends."""
    port = os.environ["GATEWAY_PORT"]
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    host, origin = headers.get("host", ""), headers.get("origin")
    if host not in hosts:
        return _FORBIDDEN, {"error": f"got Host {host!r}; the administration answers {' and '.join(sorted(hosts))}"}
    if origin is not None and origin not in {f"http://{name}" for name in hosts}:
        return _FORBIDDEN, {"error": f"got Origin {origin!r}; the administration does not answer pages of others"}
    return None


def _without_secret(headers: dict[str, str], secret: str) -> tuple[int, object] | None:
    given = headers.get(HEADER.lower(), "")
    if hmac.compare_digest(given.encode(), secret.encode()):
        return None
    got = "a wrong" if given else "no"
    what = f"got {got} header {HEADER}; send the administration_secret that the sandbox printed when it started"
    return _UNAUTHORIZED, {"error": what}


def _answer(method: str, name: str, body: bytes, is_idle: Callable[[], bool]) -> tuple[int, object]:
    if name == "clock" and method == "POST":
        return _advance(body)
    if name == "settings" and method == "POST":
        return _change_settings(body)
    answers: dict[str, Callable[[], object]] = {
        "clock": _clock,
        "settings": lambda: settings.current().document(),
        "outbox": outbox.messages,
        "idle": lambda: {"idle": is_idle()},
        "health": lambda: {"status": "running"},
    }
    if name not in answers:
        return _NOT_FOUND, {"error": f"there is no {_PREFIX}{name}; there are {', '.join(sorted(answers))}"}
    if method != "GET":
        return _WRONG_METHOD, {"error": f"{_PREFIX}{name} does not take {method}"}
    return 200, answers[name]()


def _clock() -> dict[str, object]:
    return {"now": clock.now().isoformat(), "scale": clock.scale()}


def _advance(body: bytes) -> tuple[int, object]:
    try:
        clock.advance(timedelta(seconds=float(json.loads(body)["advance_seconds"])))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        return _BAD_REQUEST, {"error": f'send {{"advance_seconds": <number>}} with a number from 0 on; {error}'}
    return 200, _clock()


def _change_settings(body: bytes) -> tuple[int, object]:
    try:
        return 200, settings.change(dict(json.loads(body))).document()
    except (TypeError, ValueError) as error:
        return _BAD_REQUEST, {"error": f"send a JSON object of settings; {error}"}


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _send_json(send: Send, status: int, answer: object) -> None:
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
