"""Which model and which monitor a command line means."""

from __future__ import annotations

from collections.abc import Sequence

from model_monitor_cli.exits import UsageError
from model_monitor_cli.inventory import Model, Monitor, short_name

NOTHING = (
    "no monitor was found in this account and region. Is it the right one (--region, --profile, AWS_ENDPOINT_URL)? "
    "Monitors that were deployed by an older version of the library are found after their stack is deployed again"
)


def choose_models(models: Sequence[Model], name: str | None) -> list[Model]:
    """Return the models of a name, or all of them.

    Args:
        models: Those that there are.
        name: As the user typed it, or the name of a schedule; None for all.

    Raises:
        UsageError: There is none, or none of this name.
    """
    if not models:
        raise UsageError(NOTHING)
    if name is None:
        return list(models)
    same = [model for model in models if model.name == name] or [
        model for model in models if name.lower() in (model.name.lower(), model.title.lower())
    ]
    found = same or [model for model in models if _by_schedule(model, name)]
    if not found:
        known = ", ".join(model.name for model in models)
        raise UsageError(f"no monitored endpoint or model is called '{name}'; there are: {known}")
    return found


def choose_monitor(models: Sequence[Model], name: str, monitor: str | None = None) -> Monitor:
    """Return one monitor.

    Args:
        models: Those that there are.
        name: Endpoint or model, as the user typed it, or the name of a schedule.
        monitor: Its monitor, such as `data-quality`; not needed where the model has only one.

    Raises:
        UsageError: There is none, or more than one.
    """
    monitors = [found for model in choose_models(models, name) for found in model.monitors]
    by_schedule = [found for found in monitors if found.schedule_name.lower() == (monitor or name).lower()]
    if by_schedule:
        return by_schedule[0]
    matching = monitors if monitor is None else _called(monitors, short_name(monitor))
    if len(matching) == 1:
        return matching[0]
    if not matching:
        raise UsageError(f"'{name}' has no monitor '{monitor}'; it has: {_names(monitors)}")
    if monitor is None:
        raise UsageError(f"'{name}' has {len(matching)} monitors, name one of them: {_names(monitors)}")
    listed = ", ".join(found.schedule_name for found in matching)
    raise UsageError(f"'{name}' has {len(matching)} monitors '{monitor}'; name the schedule instead: {listed}")


def _called(monitors: Sequence[Monitor], name: str) -> list[Monitor]:
    """Return the monitors of a name, or else those that people may mean by it: `bias` is enough for `model-bias`."""
    return [found for found in monitors if found.name == name] or [
        found for found in monitors if name in (found.name.removeprefix("model-"), found.kind.replace(" ", "-"))
    ]


def _by_schedule(model: Model, name: str) -> bool:
    return any(monitor.schedule_name.lower() == name.lower() for monitor in model.monitors)


def _names(monitors: Sequence[Monitor]) -> str:
    return ", ".join(dict.fromkeys(monitor.name for monitor in monitors))
