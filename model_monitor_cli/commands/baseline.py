"""`model-monitor baseline`: what a monitor compares with, and how to change that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import Exit
from model_monitor_cli.options import AnyMonitor, Endpoint, Json

if TYPE_CHECKING:
    from model_monitor_cli.baselines import Baseline
    from model_monitor_cli.context import Context
    from model_monitor_cli.output import Output


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    group = typer.Typer(no_args_is_help=True, help="What monitors compare with: look, compare, renew, go back.")
    for command in (show, list_, diff, refresh, rollback):
        group.command(command.__name__.rstrip("_"))(command)
    app.add_typer(group, name="baseline")


def show(endpoint: Endpoint, monitor: AnyMonitor = None, json: Json = False) -> None:
    """Show where the limits in force differ from those that the baseline job suggested."""
    from model_monitor_cli import baseline_screens, baselines

    output, _, baseline = _begin(endpoint, monitor, json=json)
    changes = baselines.changed_by_the_stack(baseline)
    output.document({**_document(baseline), "changes": changes})
    baseline_screens.show_changes(output, baseline, changes)


def list_(endpoint: Endpoint, monitor: AnyMonitor = None, json: Json = False) -> None:
    """List the versions that are kept."""
    from model_monitor_cli import baseline_screens, baselines

    output, _, baseline = _begin(endpoint, monitor, json=json)
    found = baselines.versions(baseline)
    output.document({**_document(baseline), "versions": found})
    baseline_screens.show_versions(output, found)


def diff(
    endpoint: Endpoint,
    monitor: AnyMonitor = None,
    old: Annotated[str | None, typer.Option("--from", help="Default: the one before.")] = None,
    new: Annotated[str | None, typer.Option("--to", help="Default: the one in use.")] = None,
    json: Json = False,
) -> None:
    """Compare two versions: limits that the jobs suggested, and figures of the data."""
    from model_monitor_cli import baseline_screens, baselines
    from model_monitor_cli.exits import UsageError

    output, _, baseline = _begin(endpoint, monitor, json=json)
    found = baselines.versions(baseline)
    second = baselines.choose_version(found, new) if new else baselines.in_use(found)
    first = baselines.choose_version(found, old) if old else baselines.before(found, second)
    if first is None:
        raise UsageError(f"there is no version before {second.name}; name one with --from")
    changes = baselines.differences_of_versions(baseline, first, second)
    output.document({"from": first, "to": second, "changes": changes})
    baseline_screens.show_differences(output, first, second, changes)


def refresh(endpoint: Endpoint, monitor: AnyMonitor = None, json: Json = False) -> None:
    """Say whether the data have changed since the baseline was made, and what to deploy if so.

    It starts nothing: a monitor's files are named by its stack, so only a deployment can exchange them. Exit code 0:
    the baseline is that of the data; 1: they have changed; 3: nobody knows, since an older release made the baseline.
    """
    from model_monitor_cli import baseline_screens, baselines, differences

    output, _, baseline = _begin(endpoint, monitor, json=json)
    used = baselines.in_use(baselines.versions(baseline))
    now = baselines.objects_now(used.source, used.objects) if used.source else {}
    changes = differences.differences(used.objects, now)
    version = baselines.version_of(now)
    state = "unknown" if used.source is None else "changed" if changes else "same"
    output.document({**_document(baseline), "state": state, "version": version, "used": used, "changes": changes})
    baseline_screens.show_refresh(output, used, changes, version)
    raise typer.Exit({"same": Exit.FINE, "changed": Exit.TROUBLE, "unknown": Exit.UNKNOWN}[state])


def rollback(
    endpoint: Endpoint,
    monitor: AnyMonitor = None,
    to: Annotated[str | None, typer.Option("--to", help="The version. Default: the one before.")] = None,
    json: Json = False,
) -> None:
    """Write the lines of code that go back to an earlier version. It changes nothing."""
    from model_monitor_cli import baseline_screens, baselines
    from model_monitor_cli.exits import UsageError

    output, context, baseline = _begin(endpoint, monitor, json=json)
    found = baselines.versions(baseline)
    used = baselines.in_use(found)
    version = baselines.choose_version(found, to) if to else baselines.before(found, used)
    if version is None:
        raise UsageError(f"there is no version before {used.name}")
    way = baseline_screens.way_back(baseline, version, baselines.earlier_objects(context, version))
    output.document({"to": version, **way})
    baseline_screens.show_way_back(output, version, way)


def _begin(endpoint: str, monitor: str | None, *, json: bool) -> tuple[Output, Context, Baseline]:
    from model_monitor_cli import baselines
    from model_monitor_cli.choose import choose_monitor
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import find_models
    from model_monitor_cli.output import Output

    output, context = Output(as_json=json), Context()
    return output, context, baselines.find_baseline(context, choose_monitor(find_models(context), endpoint, monitor))


def _document(baseline: Baseline) -> dict[str, object]:
    return {
        "model": baseline.monitor.model,
        "monitor": baseline.monitor.name,
        "constraints": baseline.constraints,
        "statistics": baseline.statistics,
        "suggested": baseline.used / baseline.file,
    }
