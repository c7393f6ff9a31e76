"""Python's collector of garbage, at rest where there is none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Let the collector rest: what is read from records refers to nothing that refers to it.

    The collector starts after every 700 new lists or objects and walks through what is held. A body of thousands of
    lists would make it do so at the cost of all records that are held.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
