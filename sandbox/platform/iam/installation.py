"""Puts our corrections of IAM in place."""

from sandbox.platform.iam import condition_keys, denials, managed_policies, principals, propagation


def install() -> None:
    """Install them. Called once, before the server starts."""
    denials.install()
    condition_keys.install()
    principals.install()
    propagation.install()
    managed_policies.install()
