"""The package is a distribution of its own: a service that captures installs nothing else of this project."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

PACKAGE = Path(__file__).parents[2] / "capture_writer"


def test_what_is_installed_is_the_whole_package_and_works_alone(tmp_path):
    source = shutil.copytree(PACKAGE, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__"))
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "build", "--wheel", "--quiet"], cwd=source, check=True, capture_output=True, timeout=120)
    (wheel,) = (source / "dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    installed = tmp_path / "installed" / "capture_writer"
    assert {file.name for file in installed.iterdir()} == {
        file.name for file in PACKAGE.iterdir() if file.suffix == ".py" or file.name == "py.typed"
    }
    use = (
        f"import sys; sys.path.insert(0, {str(installed.parent)!r}); from capture_writer import CaptureWriter; "
        "CaptureWriter('s3://bucket', endpoint_name='e').close()"
    )
    subprocess.run([sys.executable, "-I", "-c", use], cwd=tmp_path, check=True, timeout=60)


def test_it_needs_boto3_and_nothing_else():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    assert [requirement.partition(">")[0] for requirement in project["dependencies"]] == ["boto3"]
    assert project["requires-python"] == ">=3.9"
