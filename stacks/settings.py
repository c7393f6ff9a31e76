"""Joins what an endpoint says with the defaults of the file."""

from __future__ import annotations

from typing import TypeVar

from stacks.configuration.data_quality import DataQualitySettings
from stacks.configuration.fleet import SharedSettings

Settings = TypeVar("Settings", SharedSettings, DataQualitySettings)


def shared_settings(own: SharedSettings, defaults: SharedSettings) -> SharedSettings:
    """Settings of an endpoint: its own where it has some, else the defaults; tags are joined.

    Args:
        own: What the endpoint says.
        defaults: What the file says for all.
    """
    settings = _joined(SharedSettings, own, defaults)
    return settings.model_copy(update={"tags": {**(defaults.tags or {}), **(own.tags or {})}})


def data_quality_settings(own: DataQualitySettings, defaults: DataQualitySettings | None) -> DataQualitySettings:
    """Settings of a data-quality monitor: its own where it has some, else the defaults.

    Args:
        own: What the monitor says.
        defaults: What the file says for all.
    """
    return _joined(DataQualitySettings, own, defaults or DataQualitySettings())


def _joined(kind: type[Settings], own: Settings, defaults: Settings) -> Settings:
    values = {
        name: getattr(defaults, name) if getattr(own, name) is None else getattr(own, name)
        for name in kind.model_fields
    }
    return kind.model_construct(**values)
