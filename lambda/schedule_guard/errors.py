"""The error that a person sees in the output of `cdk deploy`."""


class GuardError(Exception):
    """A schedule cannot be changed or deleted now; the text names what is in the way."""
