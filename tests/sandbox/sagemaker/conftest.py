"""What the SageMaker tests share."""

from collections.abc import Iterator

import pytest

from sandbox.process.client import SandboxProcess
from tests.sandbox.sagemaker.world import World


@pytest.fixture(scope="session")
def session_world(box: SandboxProcess) -> World:
    return World(box)


@pytest.fixture
def world(session_world: World) -> Iterator[World]:
    """The shared bucket and role; schedules are removed after each test."""
    yield session_world
    session_world.remove_schedules()


@pytest.fixture(scope="session")
def capturing_endpoint(session_world: World) -> str:
    """An endpoint that captures everything it serves, shared by tests that only need one to exist."""
    return session_world.make_endpoint()


@pytest.fixture(scope="session")
def model(session_world: World) -> str:
    """A model that answers twice the sum of each row."""
    return session_world.make_model()


@pytest.fixture
def endpoint(world: World) -> Iterator[str]:
    """An endpoint whose capture no other test writes to."""
    name = world.make_endpoint()
    yield name
    world.remove_schedules()
    world.sagemaker.delete_endpoint(EndpointName=name)
