"""Runs MiniStack with everything of ours installed, on loopback, until it is told to stop."""

import asyncio
import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from sandbox.process import clock, environment, folders, sdk_defaults, settings as settings_module, trees
from sandbox.process.admin import AsgiApp, with_administration
from sandbox.process.settings import Settings

_SAGEMAKER = "sandbox.sagemaker"
_GRACE_SECONDS = 1
# Longer than clients keep idle connections in their pools, so that none meets one that is just being closed.
_KEEP_ALIVE_SECONDS = 300


def run(
    *,
    port: int = 0,
    time_scale: float = 1.0,
    iam: bool = True,
    watch_stdin: bool = False,
    settings: Settings | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; print the connection as one JSON object once requests are answered.

    Args:
        port: Port of 127.0.0.1; 0 takes a free one.
        time_scale: How many times faster than real time the sandbox's clock runs.
        iam: Enforce IAM; without, every caller may do everything.
        watch_stdin: Stop as well when standard input ends, i.e. when the program that started the sandbox dies.
        settings: What AWS does now and then. Default: nothing of it.

    Raises:
        OSError: The port is taken.
        SeamError: MiniStack is not the version that the sandbox is written against.
    """
    clock.set_scale(time_scale)
    settings_module.change((settings or Settings()).document())
    listener = environment.reserve(port)
    folders.remove_stale()
    work = environment.isolate(listener.getsockname()[1], iam=iam)
    try:
        secret = secrets.token_urlsafe()
        app = _assemble(secret)
        environment.seal()
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]  # hypercorn owns the socket from here on
        config.loglevel = "WARNING"
        config.accesslog = None
        config.graceful_timeout = _GRACE_SECONDS
        config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
        asyncio.run(_serve_until_stopped(app, config, work, secret, watch_stdin=watch_stdin))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _assemble(secret: str) -> AsgiApp:
    """Check the seams and put our services and corrections in place."""
    # Both import MiniStack, which reads the environment as it is now.
    from sandbox import seams  # noqa: PLC0415
    from sandbox.process import install  # noqa: PLC0415

    seams.check()
    install.install()
    sagemaker: Any = None
    if importlib.util.find_spec(_SAGEMAKER):
        sagemaker = importlib.import_module(_SAGEMAKER)
        sagemaker.install()

    def is_idle() -> bool:
        return sagemaker is None or bool(sagemaker.is_idle())

    return with_administration(seams.get(seams.Name.ASGI_APP), is_idle, secret)


def _end_children() -> None:
    """End what still runs below us: lambda workers, jobs, model servers."""
    trees.end(trees.children_of(), _GRACE_SECONDS)


async def _serve_until_stopped(app: AsgiApp, config: Config, work: Path, secret: str, *, watch_stdin: bool) -> None:
    from sandbox.process import install  # noqa: PLC0415 - as above

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if watch_stdin:
        loop.add_reader(sys.stdin.fileno(), _set_at_end, stop)
    serving = asyncio.create_task(
        serve(app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]  # hypercorn wants TypedDicts
    )
    sdk = sdk_defaults.write(work, environment.REGION, environment.ACCOUNT_ID)
    beside = [asyncio.create_task(_announce(secret, sdk)), asyncio.create_task(install.tick())]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in beside:
        task.cancel()
    if not stop.is_set():
        await serving  # it failed, and says how
    _end_children()
    await asyncio.wait({serving}, timeout=_GRACE_SECONDS)
    _leave(work)


def _leave(work: Path) -> None:
    """End the process at once.

    Requests in flight keep threads that nothing can cancel: a custom resource waits up to an hour for its answer. All
    state is in memory, so there is nothing to lose by not waiting for them.
    """
    _end_children()
    shutil.rmtree(work, ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _set_at_end(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        stop.set()


async def _announce(secret: str, sdk: Path) -> None:
    """Print the connection once the server answers."""
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", int(os.environ["GATEWAY_PORT"]))
            writer.close()
            break
        await asyncio.sleep(0.01)
    connection = {
        "endpoint_url": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        "region": environment.REGION,
        "access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "account_id": environment.ACCOUNT_ID,
        "administration_secret": secret,
        "sagemaker_sdk_config": str(sdk),
    }
    print(json.dumps(connection), flush=True)
