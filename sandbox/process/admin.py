"""``/_sandbox/*``: what a person or a test may ask of the sandbox itself."""

import json
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
_BAD_REQUEST, _NOT_FOUND, _WRONG_METHOD = 400, 404, 405


def with_administration(app: AsgiApp, is_idle: Callable[[], bool]) -> AsgiApp:
    """Answer the administration's paths, leave the rest to ``app``.

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
        if scope["type"] != "http" or not path.startswith(_PREFIX):
            await app(scope, receive, send)
            return
        method = scope["method"]
        body = await _body(receive)
        status, answer = _answer(method, path.removeprefix(_PREFIX), body, is_idle)
        await _send_json(send, status, answer)

    return wrapped


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
