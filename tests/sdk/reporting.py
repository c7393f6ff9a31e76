"""Plugin of pytest: lists the methods of the SDK that the tests name with `calls`, and whether they work."""

from collections.abc import Generator
from importlib.metadata import PackageNotFoundError, version

import pytest

_WORKS = pytest.StashKey[dict[str, bool]]()
_PACKAGES = ("sagemaker", "sagemaker-core")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WORKS] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    works = item.config.stash[_WORKS]
    sdk_class = getattr(getattr(item, "cls", None), "sdk_class", None)
    for mark in item.iter_markers("calls"):
        for name in mark.args:
            call = f"{sdk_class.__name__}.{name}" if sdk_class and "." not in name else name
            works[call] = works.get(call, True) and not report.failed
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.section(f"SageMaker Python SDK {_version()} against the sandbox")
    for call, works in sorted(config.stash[_WORKS].items()):
        terminalreporter.write_line(f"{call:<70}{'works' if works else 'DOES NOT WORK'}", green=works, red=not works)


def _version() -> str:
    for package in _PACKAGES:
        try:
            return f"{version(package)} ({package})"
        except PackageNotFoundError:
            continue
    raise LookupError(f"none of {', '.join(_PACKAGES)} is installed")
