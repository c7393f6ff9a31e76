"""EventBridge on the sandbox's clock: refuses wrong entries, delivers only where the target's policy lets it."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.platform import delivery
from sandbox.process import clock
from sandbox.process.clock_module import clock_module
from sandbox.seams import Name, Response, get, replace

_log = logging.getLogger("sandbox.platform.events")
_MOST_BYTES = 256 * 1024
_REQUIRED = ("Source", "DetailType", "Detail")
_BYTES_OF_A_TIME = 14


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.EVENTS_NOW, lambda _original: clock.time)
    replace(Name.SCHEDULER_TIME, clock_module)
    # MiniStack's own threads look every ten seconds of real time; `tick` looks on our clock.
    replace(Name.START_RULES, lambda _original: lambda: None)
    replace(Name.START_SCHEDULES, lambda _original: lambda: None)
    replace(Name.INVOKE_TARGET, _asking_first)
    replace(Name.PUT_EVENTS, _checking_entries)
    # EventBridge gives a message no subject.
    replace(Name.TO_TOPIC, lambda _original: get(Name.PUBLISH))
    clock.on_advance(tick)


def tick() -> None:
    """Fire the rules and schedules that have fallen due."""
    get(Name.TICK_RULES)()
    get(Name.TICK_SCHEDULES)()


def _asking_first(original: Callable[..., None]) -> Callable[..., None]:
    def invoke_target(target: Mapping[str, Any], event: Any, rule: Mapping[str, Any], view: Any = None) -> None:
        # A target with a role is called with that role's permissions, not by the service principal.
        if not target.get("RoleArn"):
            refused = delivery.refusal(target.get("Arn", ""), delivery.EVENTBRIDGE, rule.get("Arn", ""))
            if refused is not None:
                _log.error("the rule %s cannot invoke its target: %s", rule.get("Name"), refused)
                return
        original(target, event, rule, view)

    return invoke_target


def _checking_entries(original: Callable[..., Response]) -> Callable[..., Response]:
    """Refuse what AWS refuses: a request that is too large as a whole, and each entry that is incomplete.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
    """

    def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Response:
        entries = data.get("Entries") or []
        if sum(map(_size, entries)) >= _MOST_BYTES:
            return _answer(
                400,
                {
                    "__type": "ValidationException",
                    "message": "Total size of the entries in the request is over the limit.",
                },
            )
        problems = [_problem(entry) for entry in entries]
        if not any(problems):
            return original(data, allow_aws_source)
        sound = [entry for entry, problem in zip(entries, problems, strict=True) if problem is None]
        answered = json.loads(original({**data, "Entries": sound}, allow_aws_source)[2]) if sound else {"Entries": []}
        results = iter(answered["Entries"])
        merged = [problem or next(results) for problem in problems]
        return _answer(200, {"FailedEntryCount": sum("ErrorCode" in result for result in merged), "Entries": merged})

    return put_events


def _size(entry: Mapping[str, Any]) -> int:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html."""
    texts = [*(str(entry.get(name) or "") for name in _REQUIRED), *map(str, entry.get("Resources") or [])]
    return sum(len(text.encode()) for text in texts) + (_BYTES_OF_A_TIME if "Time" in entry else 0)


def _problem(entry: Mapping[str, Any]) -> dict[str, str] | None:
    for name in _REQUIRED:
        if not entry.get(name):
            reason = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason}
    try:
        is_object = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        is_object = False
    return None if is_object else {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def _answer(status: int, document: Mapping[str, Any]) -> Response:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(document).encode()
