"""What all tests have in common: their order, what is read once for all, and that no example has to be quick."""

from __future__ import annotations

import functools
import gc
from collections.abc import Generator

import botocore.session
import pytest
from hypothesis import settings

# They need the SageMaker Python SDK, whose packages clash with those of the project: `make sdk-check` runs them.
collect_ignore = ["sdk", "sdk3"]

# What is slow on a busy machine is not wrong; tests of speed measure by themselves.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

# Every session of boto3 would parse the descriptions of services anew, of which SageMaker's alone takes 0.1 s of CPU.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# Files in the order in which workers begin them. What takes longest comes first, so that no worker is left with it at
# the end; and deployments and sandboxes mostly wait, so that the others compute meanwhile.
FIRST = (
    "tests/e2e/test_credit_risk.py",
    "tests/e2e/",
    "tests/package/test_own_app.py",
    "tests/stacks/test_static_checks.py",
    "tests/account_check/",
    "tests/contracts/",
    "tests/functions/against_sandbox/",
    "tests/sandbox/",
    "tests/stacks/",
    "tests/constructs/",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from searching, again and again, what modules hold: that was a tenth of all CPU."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000)
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; pytest-xdist hands them out in this order (`--no-loadscope-reorder`)."""
    items.sort(key=rank)  # stable: within a file, and among files of one rank, nothing moves


def rank(item: pytest.Item) -> int:
    return next((place for place, start in enumerate(FIRST) if item.nodeid.startswith(start)), len(FIRST))
