"""Tells what the CDK refuses from mistakes of our own."""

from __future__ import annotations

from typing import Final

from jsii.errors import JavaScriptError, JSIIError

CDK_ERRORS: Final = (JSIIError, RuntimeError)
"""What jsii raises for errors of the CDK; `is_of_the_cdk` tells whether a `RuntimeError` is one of them."""


def is_of_the_cdk(error: BaseException) -> bool:
    """Return whether an error was thrown by the CDK's own code.

    Args:
        error: The error. jsii raises its own kind for faults of the protocol, and a plain `RuntimeError`, caused by
            what JavaScript threw, for everything else.
    """
    return isinstance(error, JSIIError) or isinstance(error.__cause__, JavaScriptError)
