"""The error that a person sees in the output of `cdk deploy`."""


class CaptureError(Exception):
    """Data capture cannot be turned on or off; the text says why and what to do."""
