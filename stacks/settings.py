"""Joins what the file says of one thing with its defaults."""

from __future__ import annotations

from typing import TypeVar

from stacks.configuration.base import StrictModel
from stacks.configuration.shared import SharedSettings

Settings = TypeVar("Settings", bound=StrictModel)


def shared_settings(own: SharedSettings, defaults: SharedSettings) -> SharedSettings:
    """Settings of a stack: its own where it has some, else the defaults; tags are joined.

    Args:
        own: What the file says of the endpoint, or whatever is monitored.
        defaults: What the file says for all.
    """
    settings = monitor_settings(SharedSettings, own, defaults)
    return settings.model_copy(update={"tags": {**(defaults.tags or {}), **(own.tags or {})}})


def monitor_settings(kind: type[Settings], own: Settings, defaults: Settings | None) -> Settings:
    """Settings of a monitor: its own where it has some, else the defaults.

    Args:
        kind: Which settings.
        own: What the monitor says.
        defaults: What the file says for all of its kind.
    """
    values = {
        name: getattr(defaults, name, None) if getattr(own, name) is None else getattr(own, name)
        for name in kind.model_fields
    }
    return kind.model_construct(**values)
