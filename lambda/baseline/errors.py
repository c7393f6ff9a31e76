"""The error that a person sees in the output of `cdk deploy`."""

# CloudFormation takes at most 4096 bytes for the whole answer of a custom resource, the reason included.
_MAX_LENGTH = 2000


class BaselineError(Exception):
    """The baseline cannot be made; the text says what was got, what is expected and how to fix it."""

    def __init__(self, text: str) -> None:
        super().__init__(text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 4] + " ...")
