"""Every command of the guides exists, with its options: make, our programs, the CLIs of the CDK and of AWS."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator

import botocore.session
import pytest
import typer.main
from botocore import xform_name

from model_monitor_cli.app import make_app
from tests.docs.pages import PAGES, ROOT, blocks

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
EXTRAS = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
CDK = {"bootstrap", "deploy", "destroy", "diff", "list", "synth", "--version"}
# Programs of others, about which nothing of ours can be wrong.
OTHERS = {"cd", "curl", "echo", "export", "git", "mkdir", "npm", "python3", "source", "uv"}
INLINE = re.compile(r"`((?:model-monitor|make|npx cdk) [^`]+)`")


def commands() -> Iterator[tuple[str, str]]:
    """Return every command, and where it stands."""
    for block in blocks("sh", "console"):
        for line in block.text.splitlines():
            is_command = block.language == "sh" or line.startswith("$ ")
            for command in re.split(r" && ", line.removeprefix("$ ").split("  #")[0]):
                if is_command and command.strip():
                    yield block.name, command.strip()
    for page in PAGES:
        found = INLINE.findall(" ".join(page.read_text(encoding="utf-8").split()))
        for command in [part for text in found for part in text.split(" && ")]:
            if not re.search(r"[<\[]|\.\.\.", command):  # "<endpoint>": how it is used, not how it is typed
                yield str(page.relative_to(ROOT)), command


COMMANDS = sorted(set(commands()))


def fault(command: str) -> str | None:
    """Return what is wrong with a command, or None."""
    words = [word for word in shlex.split(command) if not re.match(r"^[A-Z_]+=", word)]
    absent = {word for word in words if re.match(r"examples/(?!.*/build/)", word) and not (ROOT / word).exists()}
    if absent:
        return str(absent)
    program, arguments = words[0], words[1:]
    wrong: set[str] | str | None = {program} - OTHERS
    match program:
        case "make":
            wrong = set(arguments) - TARGETS
        case "model-monitor":
            wrong = fault_of_ours(arguments)
        case "npx":
            wrong = {arguments[1]} - CDK
        case "python":
            wrong = None if importlib.util.find_spec(arguments[1]) else arguments[1]
        case "pip":
            extras = [extra for found in re.findall(r"\[([\w,-]+)\]", command) for extra in found.split(",")]
            wrong = set(extras) - EXTRAS
        case "aws":
            wrong = fault_of_aws(*arguments[:2])
    return str(wrong) if wrong else None


def fault_of_ours(arguments: list[str]) -> str | None:
    program = typer.main.get_command(make_app())
    context = program.make_context("model-monitor", [], resilient_parsing=True)
    command = program.get_command(context, arguments[0])
    if command is None:
        return arguments[0]
    if not arguments[1:]:
        return None  # in prose, a command may go by its name alone
    try:
        command.make_context(arguments[0], arguments[1:], parent=context)
    except Exception as error:
        return str(error) or type(error).__name__
    return None


def fault_of_aws(service: str, operation: str) -> str | None:
    if service == "s3":
        return None if operation == "cp" else operation
    known = botocore.session.get_session().get_service_model(service).operation_names
    return None if operation in {xform_name(name, "-") for name in known} | {"invoke"} else operation


@pytest.mark.parametrize(("where", "command"), COMMANDS, ids=lambda value: str(value)[:60])
def test_the_command_exists(where: str, command: str) -> None:
    assert fault(command) is None, f"{where}: {command}"
