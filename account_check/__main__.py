"""``python -m account_check``: see ``--help``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from account_check.account import Account, AccountError
from account_check.bench import TAG, Bench
from account_check.contract import Contract, Steps, schema
from account_check.course import Course
from account_check.ledger import Ledger
from account_check.pace import SECRET_VARIABLE, NoSandboxError, pace_of
from account_check.screen import Screen, total
from account_check.step import Step
from account_check.steps import STEPS
from account_check.wording import masked

_GREEN, _RED, _WRONG_USE, _INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Returns:
        0 when no step failed and everything was deleted, 1 when not, 2 for wrong use, 130 after Ctrl-C.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    screen = Screen(Console(soft_wrap=False))
    if options.schema:
        sys.stdout.write(schema())
        return _GREEN
    if not options.contract.absolute().parent.is_dir():
        parser.error(f"--contract: there is no folder {options.contract.absolute().parent}; make it first")
    chosen = [step for step in STEPS if not options.only or step.name in options.only]
    if options.list:
        screen.catalogue(chosen, options.instance_type)
        return _GREEN
    with _environment(sandbox=options.sandbox):
        return _run(options, chosen, screen)


def _run(options: argparse.Namespace, chosen: Sequence[Step], screen: Screen) -> int:
    try:
        account = Account()
        pace = pace_of(account.endpoint_url, os.environ.get(SECRET_VARIABLE))
    except NoSandboxError as error:
        screen.say(str(error))
        return _WRONG_USE
    except (AccountError, BotoCoreError, ClientError) as error:
        screen.say(
            f"Your AWS credentials cannot be used: {error}. Sign in as you always do (aws sso login, AWS_PROFILE)."
        )
        return _WRONG_USE
    shown = account.id if options.show_account else masked(account.id)
    screen.say(f"Account {shown}, region {account.region}, endpoint {account.endpoint_url or 'AWS'}")
    screen.plan(chosen, options.instance_type)
    if not (options.yes or _agreed(screen, chosen, options.instance_type)):
        return _WRONG_USE
    bench = Bench(account, pace, Ledger(), Ledger(), options.instance_type)
    course = Course(bench, screen, keep=options.keep)
    started = datetime.now(UTC).replace(microsecond=0)
    screen.say(f"Everything that is made has the tag {TAG}={bench.name}")
    interrupted = False
    try:
        with _terminated_like_interrupted():
            course.take(chosen)
    except KeyboardInterrupt:
        interrupted = True
        screen.say("Interrupted.")
    contract = Contract(
        account=shown,
        region=account.region,
        time=started,
        endpoint="other" if account.endpoint_url else "aws",
        instance_type=options.instance_type,
        steps=Steps.model_validate(course.records),
    )
    contract.write(options.contract)
    failed = [name for name, record in course.records.items() if record.status == "failed"]
    _conclude(options, course, bench, screen, failed)
    if interrupted:
        return _INTERRUPTED
    return _RED if failed or course.left else _GREEN


def _conclude(options: argparse.Namespace, course: Course, bench: Bench, screen: Screen, failed: Sequence[str]) -> None:
    if options.keep and course.kept():
        screen.say("Kept, as you wanted:")
        screen.leftovers(course.kept(), bench.name)
    if course.left:
        screen.say("[red]These could not be deleted; delete them by hand:[/red]")
        screen.leftovers(course.left, bench.name)
    words = f"failed: {', '.join(failed)}" if failed else "no step failed"
    screen.say(f"{len(course.records)} steps taken, {words}. The contract is in {options.contract}")


def _agreed(screen: Screen, chosen: Sequence[Step], instance_type: str) -> bool:
    if not sys.stdin.isatty():
        screen.say("Nobody can be asked here; confirm time and cost with --yes (make verify-account ARGS=--yes)")
        return False
    minutes = sum(step.minutes for step in chosen)
    dollars = total(chosen, instance_type)
    answer = input(f"This takes about {minutes:.0f} minutes and costs about {dollars} US dollars. Go on? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


@contextmanager
def _environment(*, sandbox: bool) -> Iterator[None]:
    """Point the block at a sandbox of its own, or leave it to the caller's environment."""
    if not sandbox:
        yield
        return
    from sandbox.process.client import SandboxProcess  # noqa: PLC0415 - of another extra, and slow

    before = dict(os.environ)
    with SandboxProcess.start() as box:
        try:
            os.environ.clear()
            os.environ.update(box.environment(), **{SECRET_VARIABLE: box.administration_secret})
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that what was made is deleted."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m account_check",
        description="Find out in your AWS account what the documentation does not say about SageMaker Model Monitor. "
        "It uses the credentials and the region that the AWS CLI would use, and deletes what it makes.",
    )
    names = [step.name for step in STEPS]
    parser.add_argument("--list", action="store_true", help="show the steps, their time, cost and permissions")
    parser.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar="STEP",
        help=f"take this step only (again for more): {', '.join(names)}",
    )
    parser.add_argument("--yes", action="store_true", help="confirm time and cost")
    parser.add_argument("--keep", action="store_true", help="delete nothing, to look at it")
    parser.add_argument(
        "--contract",
        type=Path,
        default=Path("account-contract.json"),
        metavar="FILE",
        help="where the contract is written (account-contract.json)",
    )
    parser.add_argument("--show-account", action="store_true", help="write the account's number into the contract")
    parser.add_argument("--instance-type", default="ml.m5.large", metavar="TYPE", help="what jobs run on (ml.m5.large)")
    parser.add_argument("--sandbox", action="store_true", help="start a sandbox, and look at that")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the contract")
    return parser


if __name__ == "__main__":
    sys.exit(main())
