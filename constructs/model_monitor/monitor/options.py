"""Options that every kind of monitor has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from aws_cdk import aws_iam as iam, aws_kms as kms

from model_monitor.engine import IMonitorEngine, ModelMonitorEngine
from model_monitor.errors import Call, ConfigurationError, Setting
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork
from model_monitor.jobs.limits import require_environment, require_runtime, require_tags
from model_monitor.jobs.schedule import MonitorSchedule
from model_monitor.s3_location import S3Location


class MonitorOptions(TypedDict, total=False):
    """Options that every kind of monitor has. A monitoring gives its own to the monitors that say nothing.

    Attributes:
        schedule: When runs happen. Default: hourly.
        compute: Machines of baseline job and runs. Default: the monitoring's, or one ml.m5.xlarge with 20 GiB.
        network: Network of baseline job and runs. Default: the monitoring's, or an isolated one without a VPC;
            explainability jobs call the model and are not isolated.
        role: Role of baseline job and runs. Default: a new one with what they need. The needed statements are also
            added to a given role; an imported one must have them.
        environment: Variables for the scripts. Default: none.
        output: Where baselines and reports are kept, below `baselines/<schedule>/` and
            `reports/<schedule>/`. Default: the
            monitoring's place.
        encryption_key: Key of reports, baselines and disks. Default: the monitoring's key.
        engine: Who runs the monitor. Default: Amazon SageMaker Model Monitor.
        tags: Tags of jobs, definition and schedule, beside those of the stack.
        runbook_url: Named in alarms and messages.
        report_page: Whether a page that people can read, `monitoring-report.html`, is written beside the files of each
            run. Default: it is.
    """

    schedule: MonitorSchedule | None
    compute: MonitorCompute | None
    network: MonitorNetwork | None
    role: iam.IRole | None
    environment: Mapping[str, str] | None
    output: S3Location | None
    encryption_key: kms.IKey | None
    engine: IMonitorEngine | None
    tags: Mapping[str, str] | None
    runbook_url: str | None
    report_page: bool | None


@dataclass(frozen=True)
class MonitorSettings:
    """The options with their defaults filled in, and checked; what the monitoring decides may still be missing.

    Attributes:
        schedule: When runs happen.
        compute: Machines.
        network: Network; whether it is isolated is decided.
        role: Role to use instead of a new one.
        environment: Variables for the scripts.
        output: Where baselines and reports are kept.
        encryption_key: Key of reports, baselines and disks.
        engine: Who runs the monitor.
        tags: Tags beside those of the stack.
        runbook_url: Named in alarms and messages.
        report_page: Whether a page is written beside the files of each run.
    """

    schedule: MonitorSchedule
    compute: MonitorCompute
    network: MonitorNetwork
    role: iam.IRole | None
    environment: Mapping[str, str]
    output: S3Location | None
    encryption_key: kms.IKey | None
    engine: IMonitorEngine
    tags: Mapping[str, str]
    runbook_url: str | None
    report_page: bool

    @classmethod
    def of(cls, options: MonitorOptions, *, hourly_limit_seconds: int, calls_model: bool = False) -> MonitorSettings:
        """Fill the defaults in.

        Args:
            options: What the user gave.
            hourly_limit_seconds: What the service allows this kind of monitor on an hourly schedule; also the default
                run time there.
            calls_model: Whether jobs call a model, which they cannot from an isolated network.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        schedule = options.get("schedule") or MonitorSchedule.hourly()
        compute = (options.get("compute") or MonitorCompute()).within(
            hourly_limit_seconds if schedule.is_hourly else None
        )
        environment, tags = options.get("environment") or {}, options.get("tags") or {}
        require_runtime(schedule, compute, hourly_limit_seconds=hourly_limit_seconds)
        require_environment(environment)
        require_tags(tags)
        return cls(
            schedule=schedule,
            compute=compute,
            network=_decided(options.get("network") or MonitorNetwork(), calls_model=calls_model),
            role=options.get("role"),
            environment=environment,
            output=options.get("output"),
            encryption_key=options.get("encryption_key"),
            engine=options.get("engine") or ModelMonitorEngine(),
            tags=tags,
            runbook_url=options.get("runbook_url"),
            report_page=options.get("report_page") is not False,
        )


def require_options(options: Mapping[str, object], known: type) -> None:
    """Do at run time what a type checker does before: refuse unknown keyword arguments and miss the required ones.

    Args:
        options: What was given.
        known: The typed dictionary of all options.

    Raises:
        TypeError: As Python raises it for a function that lists its arguments.
    """
    required: frozenset[str] = getattr(known, "__required_keys__", frozenset())
    every = required | getattr(known, "__optional_keys__", frozenset())
    for name in options:
        if name not in every:
            raise TypeError(f"got an unexpected keyword argument {name!r}; the others are {', '.join(sorted(every))}")
    missing = sorted(required - options.keys())
    if missing:
        raise TypeError(f"missing required keyword-only arguments: {', '.join(missing)}")


def _decided(network: MonitorNetwork, *, calls_model: bool) -> MonitorNetwork:
    if network.isolation is None:
        return replace(network, isolation=not calls_model)
    if network.isolation and calls_model:
        raise ConfigurationError(
            option=("network", "isolation"),
            got="an isolated network for jobs that call the model",
            expected="a network from which they reach the endpoint that Clarify makes of it",
            fix=(
                "give this monitor ",
                Setting("network", Call("MonitorNetwork", ..., isolation=False)),
                "; a VPC with an endpoint for sagemaker.runtime keeps the calls private",
            ),
        )
    return network
