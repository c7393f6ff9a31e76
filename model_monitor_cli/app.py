"""The app `model-monitor`: its options, its commands, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from model_monitor_cli import functions
from model_monitor_cli.commands import (
    alarm_tests,
    baseline,
    doctor,
    ground_truth,
    mute,
    report,
    run,
    simulate,
    status,
)
from model_monitor_cli.exits import CommandError, Exit

_COMMANDS = (status, doctor, run, report, simulate, ground_truth, baseline, alarm_tests, mute)
_HELP = """Look after model monitors that are deployed.

Names are those of endpoints and monitors, such as "credit-risk data-quality". Exit codes: 0 fine, 1 something is
wrong, 2 wrong use, 3 AWS could not be asked.
"""


def make_app() -> typer.Typer:
    """Return the app with all its commands."""
    app = typer.Typer(
        name="model-monitor", help=_HELP, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False
    )
    app.callback()(_choose_account)
    for command in _COMMANDS:
        command.register(app)
    return app


def main() -> None:
    """Run the program and end the process with its exit code."""
    functions.make_importable()
    try:
        make_app()()
    except CommandError as error:
        sys.exit(_told(str(error), error.code))
    except Exception as error:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow, and loaded by now

        if not isinstance(error, BotoCoreError | ClientError):
            raise
        from model_monitor_cli import refusals  # noqa: PLC0415 - as above

        sys.exit(_told(refusals.explain(error), Exit.UNKNOWN))


def _choose_account(
    region: Annotated[str | None, typer.Option(help="AWS region, instead of the one that is configured.")] = None,
    profile: Annotated[str | None, typer.Option(help="Profile of the AWS configuration.")] = None,
) -> None:
    # Variables, since the functions' sources make clients of their own.
    if profile:
        os.environ["AWS_PROFILE"] = profile
    if region:
        os.environ["AWS_REGION"] = region
    # boto3 reads only the second one, AWS's other tools both.
    if os.environ.get("AWS_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]


def _told(text: str, code: Exit) -> int:
    from model_monitor_cli.output import complain  # noqa: PLC0415 - Rich is slow

    complain(text)
    return int(code)
