"""For whom and where a request is served, and threads that remember it."""

import os
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager
from typing import TypeVar

from sandbox.seams.names import Name, get

V = TypeVar("V")
T = TypeVar("T")


def account_id() -> str:
    """The account that the request at hand belongs to."""
    return str(get(Name.ACCOUNT_ID)())


def region() -> str:
    """The region that the request at hand was sent to."""
    return str(get(Name.REGION)())


def endpoint_url() -> str:
    """Where this sandbox listens: the endpoint of every service."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def scope(account: str, in_region: str) -> AbstractContextManager[None]:
    """Act for an account and region outside a request, e.g. on a timer."""
    context: AbstractContextManager[None] = get(Name.REQUEST_SCOPE)(account, in_region)
    return context


class ScopedStore(MutableMapping[str, V]):
    """A dictionary of which every account and region sees its own part."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], dict[str, V]] = {}

    def __getitem__(self, key: str) -> V:
        return self._part[key]

    def __setitem__(self, key: str, value: V) -> None:
        self._part[key] = value

    def __delitem__(self, key: str) -> None:
        del self._part[key]

    def __iter__(self) -> Iterator[str]:
        # A copy, because threads of jobs add and remove entries while others look through them.
        return iter(list(self._part))

    def __len__(self) -> int:
        return len(self._part)

    def scopes(self) -> list[tuple[str, str]]:
        """Every (account, region) that has a part."""
        return list(self._parts)

    def reset(self) -> None:
        """Forget every part, not only the caller's."""
        self._parts.clear()

    @property
    def _part(self) -> dict[str, V]:
        return self._parts.setdefault((account_id(), region()), {})


def spawn_background(fn: Callable[[], None], name: str) -> None:
    """Run ``fn`` on a thread of its own that keeps the account and region of the request at hand."""
    get(Name.SPAWN_BACKGROUND)(fn, thread_name=name)


async def run_reentrant(fn: Callable[[], T]) -> T:
    """Run blocking work that may call this very sandbox over HTTP, off the event loop."""
    result: T = await get(Name.RUN_REENTRANT)(fn)
    return result
