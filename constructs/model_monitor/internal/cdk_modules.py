"""The CDK's modules that the library needs, imported with the garbage collector paused.

They are half a million objects that stay for ever, and the collector would look through them again and again while
they come: a sixth of the time that the imports take.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

_MODULES = (
    "aws_cloudwatch",
    "aws_cloudwatch_actions",
    "aws_events",
    "aws_events_targets",
    "aws_iam",
    "aws_kms",
    "aws_logs",
    "aws_s3",
    "aws_s3_assets",
    "aws_sns",
    "custom_resources",
)


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Pause the garbage collector, and leave it afterwards as it was found."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


with paused_garbage_collection():
    for _module in _MODULES:
        import_module(f"aws_cdk.{_module}")
