"""What is in the wheel, and what it requires."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Folder of the repository: its place in the wheel.
SHIPPED = {
    "account_check": "account_check",
    "analyzer": "analyzer",
    "capture_writer": "capture_writer",
    "constructs/model_monitor": "model_monitor",
    "lambda": "model_monitor/_lambda",
    "model_monitor_cli": "model_monitor_cli",
    "preprocessors": "preprocessors",
    "sandbox": "sandbox",
}
# The package in which models find the sandbox's own code.
OF_MODELS = {"model_container"}
# Measures against packages that the extra does not bring, and is for people who work on the analyzer.
NOT_SHIPPED = "analyzer/bench/"
# The sandbox serves models of these where they are installed, and says so where they are not.
OPTIONAL = {"scipy", "xgboost", "xgboost-cpu"}


def sources(folder: str) -> list[str]:
    """Files of a folder, as paths below the repository, without what tools leave behind."""
    files = [
        file for file in (ROOT / folder).rglob("*") if file.is_file() and "cache" not in str(file.relative_to(ROOT))
    ]
    names = [str(file.relative_to(ROOT)) for file in files if file.suffix != ".md" and file.name != "pyproject.toml"]
    assert names
    return [name for name in names if not name.startswith(NOT_SHIPPED)]


def test_the_wheel_has_the_packages_with_the_sources_of_the_functions_and_nothing_else(wheel):
    expected = {file.replace(folder, target, 1) for folder, target in SHIPPED.items() for file in sources(folder)}
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        meta = {name.partition(".dist-info/")[2] for name in archive.namelist() if ".dist-info/" in name}
    assert packed == expected
    assert {"METADATA", "licenses/LICENSE"} <= meta


def test_the_command_line_of_a_wheel_uses_the_functions_sources_in_it(wheel, tmp_path):
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "from model_monitor_cli import functions; functions.make_importable()\n"
        "import results.registry, model_monitor_cli.inventory; print(results.registry.__file__)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(printed.strip()) == tmp_path / "model_monitor" / "_lambda" / "results" / "registry.py"


def imports(tree: ast.AST) -> Iterator[str]:
    """Modules that are imported when the code runs: what only type checkers read needs no package."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
        yield from imports(node)


def imported_distributions(folder: str) -> set[str]:
    providers = packages_distributions()
    found = set()
    for file in sources(folder):
        if not file.endswith(".py"):
            continue
        for module in imports(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            top = module.partition(".")[0]
            local = any((ROOT / place / top).exists() for place in ("", "constructs", "lambda")) or top in OF_MODELS
            if top == "constructs" or not (local or top in sys.stdlib_module_names):
                found.add(normal(providers[top][0]))
    return found


def normal(requirement: str) -> str:
    """The name in a requirement, as the package index spells it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def required(*extras: str) -> set[str]:
    """Distributions that extras bring, by name, with those that the library brings."""
    found = {normal(requirement) for requirement in PROJECT["dependencies"]}
    waiting = list(extras)
    while waiting:
        for requirement in PROJECT["optional-dependencies"][waiting.pop()]:
            own = re.match(rf"{PROJECT['name']}\[(.*)\]", requirement)
            if own is None:
                found.add(normal(requirement))
            else:
                waiting += own[1].split(",")
    return found


def test_the_library_requires_what_it_imports_and_nothing_else():
    assert imported_distributions("constructs/model_monitor") == required()


@pytest.mark.parametrize(
    ("folder", "extra", "comes_with_another"),
    [
        ("account_check", "account-check", {"botocore"}),  # with boto3, of the same release
        ("analyzer", "analyzer", set()),
        ("model_monitor_cli", "cli", {"botocore"}),  # with boto3, of the same release
        ("capture_writer", "capture-writer", {"botocore"}),  # with boto3, of the same release
        ("preprocessors", "preprocessors", set()),
        ("sandbox", "sandbox", set()),
        ("stacks", "app", {"pydantic-core"}),  # with pydantic, which pins it
    ],
)
def test_an_extra_brings_what_its_package_imports(folder, extra, comes_with_another):
    assert imported_distributions(folder) - required(extra) - OPTIONAL == comes_with_another


def test_the_library_takes_a_range_of_the_cdk_and_the_lock_files_one_version():
    (range_of_versions,) = [text for text in PROJECT["dependencies"] if text.startswith("aws-cdk-lib")]
    assert range_of_versions == "aws-cdk-lib>=2.275,<3"
    for lock in ("requirements.txt", "requirements-dev.txt"):
        assert re.search(r"^aws-cdk-lib==2\.\d+\.\d+$", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
