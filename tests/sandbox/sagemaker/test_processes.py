"""The end of a container is the end of everything that runs in it."""

import contextlib
import subprocess
from typing import Any

import psutil
import pytest

from sandbox.sagemaker import processes

GRACE_SECONDS = 1
PARENT = """
import os, subprocess

def model_fn(model_dir):
    return subprocess.Popen(["sleep", "300"]).pid

def transform_fn(pid, body, content_type, accept):
    if body == "die":
        os._exit(3)
    return str(pid), "text/csv"
"""


def runs(pid: int) -> bool:
    """Whether a process is alive; one that nobody has reaped yet is not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


@pytest.mark.parametrize(
    "script",
    ["sleep 300 & echo $!; wait", "(trap '' TERM; exec sleep 300) & echo $!; wait", "sleep 300 & echo $!"],
    ids=["all-end-on-sigterm", "child-ignores-sigterm", "parent-has-ended"],
)
def test_what_a_process_started_ends_with_it(world: Any, script: str) -> None:
    parent = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert runs(child)
        processes.end(parent, GRACE_SECONDS)
        assert parent.returncode is not None
        world.eventually(lambda: not runs(child))


def test_a_process_that_ignores_the_request_is_killed() -> None:
    with subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo; exec sleep 300"], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        processes.end(process, GRACE_SECONDS)
        assert process.returncode == -9


def test_what_a_model_started_ends_with_its_endpoint(world: Any) -> None:
    endpoint = world.make_endpoint(world.make_config(world.make_model(PARENT)))
    child = int(world.invoke(endpoint))
    assert runs(child)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
    world.eventually(lambda: not runs(child))


def test_what_a_model_started_ends_when_the_model_dies(world: Any) -> None:
    endpoint = world.make_endpoint(world.make_config(world.make_model(PARENT)))
    child = int(world.invoke(endpoint))
    with pytest.raises(world.runtime.exceptions.ClientError, match="died while it served"):
        world.invoke(endpoint, "die")
    world.eventually(lambda: not runs(child))
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
