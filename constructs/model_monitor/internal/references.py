"""What a reference refers to."""

from __future__ import annotations

from aws_cdk import Tokenization

from model_monitor.internal.tokens import is_token


def target_of(text: str | None) -> object | None:
    """Return the construct of this app that a text refers to; `None` if it is no reference to one.

    Args:
        text: Such as the name or the ARN of a resource.
    """
    if text is None or not is_token(text):
        return None
    return getattr(Tokenization.reverse_string(text).first_token, "target", None)
