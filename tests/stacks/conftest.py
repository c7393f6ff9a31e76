"""What the tests of the stacks share; every synthesis happens once per session, whatever the number of workers."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import re
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import aws_cdk as cdk
import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from stacks.fleet import make_stacks
from stacks.loading import load
from stacks.problems import InvalidConfigurationError, Problem
from tests.stacks.templates import Template

ROOT = Path(__file__).resolve().parents[2]
FLAGS = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"] | {
    "aws:cdk:disable-asset-staging": True  # copies of the functions' sources change no template
}


@dataclass(frozen=True)
class Assembly:
    """What a synthesis wrote, and what cdk-nag found that nobody acknowledged."""

    folder: Path
    findings: str = ""

    @property
    def template_files(self) -> list[Path]:
        return sorted(self.folder.glob("*.template.json"))

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        return {
            file.name.removesuffix(".template.json"): json.loads(file.read_text(encoding="utf-8"))
            for file in self.template_files
        }

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]


def synthesise(
    config: Path, folder: Path, *, also: Callable[[cdk.App], object] | None = None, validate: bool = False
) -> Assembly:
    """The app of a configuration file, under cdk-nag and, if asked for, the CDK's own validation: it takes seconds."""
    app = cdk.App(
        context={**FLAGS, "config": str(config)}, outdir=str(folder), builtin_cloud_formation_validation=validate
    )
    make_stacks(app)
    if also is not None:
        also(app)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:  # the CDK ends a synthesis with findings; the templates are written all the same
        if "ValidationFailed" not in str(error):
            raise
        return Assembly(folder, findings=str(error))
    return Assembly(folder)


@pytest.fixture(scope="session", autouse=True)
def no_account() -> None:
    """The default app belongs to no account or region, whatever the shell says."""
    os.environ.pop("CDK_DEFAULT_ACCOUNT", None)
    os.environ.pop("CDK_DEFAULT_REGION", None)


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of a session share: what one has synthesised, the others read."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "assemblies"
    folder.mkdir(exist_ok=True)
    return folder


def once(assemblies: Path, name: str, synthesise_into: Callable[[Path], str]) -> Assembly:
    """Return an assembly, made by the first worker that asks for it.

    Args:
        assemblies: The folder that the workers share.
        name: Name of the app.
        synthesise_into: Fills a folder, and returns what cdk-nag found.
    """
    folder = assemblies / re.sub(r"\W", "-", name)
    findings = folder.with_suffix(".findings")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not findings.exists():
            findings.write_text(synthesise_into(folder), encoding="utf-8")
    return Assembly(folder, findings.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def assembly_of(assemblies: Path) -> Callable[[str], Assembly]:
    """Synthesise a configuration file of the repository, at most once."""

    def assembly(config: str) -> Assembly:
        return once(assemblies, config, lambda folder: synthesise(ROOT / config, folder, validate=True).findings)

    return assembly


@pytest.fixture(scope="session")
def credit(assembly_of: Callable[[str], Assembly]) -> Template:
    """All four monitors on one endpoint."""
    return assembly_of("examples/configurations/credit_all_monitors.yaml").templates["CreditRiskAllMonitors"]


@pytest.fixture(scope="session")
def churn_scoring(assembly_of: Callable[[str], Assembly]) -> Template:
    """A batch transform job that classifies."""
    return assembly_of("examples/configurations/batch.yaml").templates["ModelMonitoring-churn-scoring"]


@pytest.fixture(scope="session")
def price_scoring(assembly_of: Callable[[str], Assembly]) -> Template:
    """A batch transform job that estimates."""
    return assembly_of("examples/configurations/batch.yaml").templates["ModelMonitoring-price-scoring"]


@pytest.fixture(scope="session")
def example_assembly_of(assemblies: Path, no_account: None) -> Callable[[str], Assembly]:
    """The assembly of an example app, made at most once."""

    def assembly(example: str) -> Assembly:
        return once(assemblies, f"example-{example}", lambda folder: run_example(example, folder))

    return assembly


def run_example(example: str, folder: Path) -> str:
    """Run an example as `python -m` does, but with the CDK that this process has loaded already.

    What the CDK CLI says to an app in environment variables, the app is given here: they are read by the Node process
    that all apps of this process share.
    """
    with mock.patch.object(cdk, "App", functools.partial(cdk.App, context=FLAGS, outdir=str(folder))):
        runpy.run_module(f"examples.{example}.app", run_name="__main__")
    return ""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a configuration file."""

    def write_file(text: str) -> Path:
        file = tmp_path / "fleet.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


@pytest.fixture
def problems_of(write: Callable[[str], Path]) -> Callable[[str], list[Problem]]:
    """What is said about a file, without any stack being made."""

    def problems(text: str) -> list[Problem]:
        with pytest.raises(InvalidConfigurationError) as caught:
            load(write(text))
        return list(caught.value.problems)

    return problems


@pytest.fixture
def synthesise_text(write: Callable[[str], Path], tmp_path: Path) -> Callable[..., Assembly]:
    """The app of a configuration given as text."""

    def synthesise_it(text: str, also: Callable[[cdk.App], object] | None = None) -> Assembly:
        return synthesise(write(text), tmp_path / "cdk.out", also=also)

    return synthesise_it
