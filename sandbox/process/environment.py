"""The process environment that MiniStack and the functions it runs may see. Set before MiniStack is imported."""

import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path

from sandbox.process import folders, user

REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")
_START_UP = ("AUTH", "LOG_LEVEL", "PYTHONPATH", "SFN_WAIT_SCALE")
# A step function's waits (the Provider framework polls every 5 s and more) shrink to this share.
_WAIT_SCALE = "0.1"


def reserve(port: int) -> socket.socket:
    """Bind a loopback socket, so that nobody else can take the port before the server listens on it.

    Args:
        port: The wanted port, 0 for any free one.

    Raises:
        OSError: The port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise OSError(f"port {port} of 127.0.0.1 is taken ({error.strerror}); choose another, or 0 for any") from error
    return listener


def isolate(port: int, *, iam: bool) -> Path:
    """Replace the process environment by one that holds nothing of the user's.

    Functions and jobs inherit what is set here, so the shell's AWS profile, credentials and secrets must be gone.

    Returns:
        The folder for everything that is written, HOME and TMPDIR included; it goes when the sandbox stops.
    """
    # A key id that no other emulator uses: the CDK CLI remembers the account of every key id it has met.
    key_id = "AKIASANDBOX" + secrets.token_hex(5).upper()[:9]
    work = folders.make()
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    user.remember()
    os.environ.clear()
    # Node.js for functions lies beside Python when it comes from PyPI.
    inherited["PATH"] = os.pathsep.join(filter(None, [str(Path(sys.executable).parent), inherited.get("PATH")]))
    os.environ.update(
        inherited,
        HOME=str(work),
        TMPDIR=str(work),
        AWS_ACCESS_KEY_ID=key_id,
        AWS_SECRET_ACCESS_KEY=secrets.token_hex(20),
        AWS_DEFAULT_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        AUTH="true" if iam else "false",
        GATEWAY_PORT=str(port),
        MINISTACK_HOST="127.0.0.1",
        MINISTACK_REGION=REGION,
        MINISTACK_ACCOUNT_ID=ACCOUNT_ID,
        LOG_LEVEL="WARNING",
        SFN_WAIT_SCALE=_WAIT_SCALE,
        # Listeners that nobody asked for, and the user's docker daemon, stay untouched.
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        DOCKER_HOST="unix:///nonexistent/sandbox.sock",
    )
    tempfile.tempdir = str(work)
    return work


def seal() -> None:
    """Take out what only MiniStack's start needed; functions would take it for their own settings."""
    for name in _START_UP:
        os.environ.pop(name, None)
