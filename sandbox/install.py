"""Puts the sandbox's own behaviour into MiniStack, service by service."""

import asyncio

from sandbox.seams import Name, replace

_TICK_SECONDS = 1.0


def install() -> None:
    """Install every correction. Called once, before the server starts."""
    # Loopback HTTP stands in for TLS: without this every bucket policy that demands aws:SecureTransport denies.
    replace(Name.PIN_REQUEST_ORIGIN, lambda original: lambda source_ip, _secure: original(source_ip, True))


async def tick() -> None:
    """Do what time alone brings about, until cancelled."""
    while True:
        await asyncio.sleep(_TICK_SECONDS)
