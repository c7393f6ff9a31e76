"""EventBridge on the sandbox's clock, delivering only where the target's policy lets it."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.platform import delivery
from sandbox.process import clock
from sandbox.process.clock_module import clock_module
from sandbox.seams import Name, get, replace

_log = logging.getLogger("sandbox.platform.events")


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.EVENTS_NOW, lambda _original: clock.time)
    replace(Name.SCHEDULER_TIME, clock_module)
    # MiniStack's own threads look every ten seconds of real time; `tick` looks on our clock.
    replace(Name.START_RULES, lambda _original: lambda: None)
    replace(Name.START_SCHEDULES, lambda _original: lambda: None)
    replace(Name.INVOKE_TARGET, _asking_first)
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
