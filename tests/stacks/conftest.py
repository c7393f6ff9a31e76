"""What the tests of the stacks share; every synthesis happens once a session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from stacks.fleet import make_stacks
from stacks.loading import load
from stacks.problems import InvalidConfigurationError, Problem
from tests.stacks.templates import Template

ROOT = Path(__file__).resolve().parents[2]
FLAGS = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]


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


def synthesise(config: Path, folder: Path, *, also: Callable[[cdk.App], object] | None = None) -> Assembly:
    """The app of a configuration file, under cdk-nag."""
    app = cdk.App(context={**FLAGS, "config": str(config)}, outdir=str(folder))
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
def assembly_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembly]:
    """Synthesises a configuration file of the repository, at most once."""

    @cache
    def assembly(config: str) -> Assembly:
        return synthesise(ROOT / config, tmp_path_factory.mktemp("assembly"))

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


@pytest.fixture(scope="session", autouse=True)
def running_examples(
    request: pytest.FixtureRequest, no_account: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Path, subprocess.Popen[str]]]]:
    """Example apps, synthesised while other tests run. Processes of their own: they are programs, as for a reader."""
    wanted = any("example_assembly_of" in getattr(item, "fixturenames", ()) for item in request.session.items)
    running = {}
    for app in sorted((ROOT / "examples").glob("*/app.py")) if wanted else []:
        example = app.parent.name
        folder = tmp_path_factory.mktemp(example)
        environment = {**os.environ, "CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(FLAGS)}
        command = [sys.executable, "-m", f"examples.{example}.app"]
        running[example] = (
            folder,
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ),
        )
    yield running
    for _, process in running.values():
        process.kill()  # of no effect on those that have ended
        process.wait()


@pytest.fixture(scope="session")
def example_assembly_of(
    running_examples: dict[str, tuple[Path, subprocess.Popen[str]]],
) -> Callable[[str], Assembly]:
    """The assembly of an example app."""

    @cache
    def assembly(example: str) -> Assembly:
        folder, process = running_examples[example]
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return Assembly(folder)

    return assembly


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a configuration file."""

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
