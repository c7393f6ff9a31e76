"""The one exception that ends an analysis with a reason for people."""


class AnalysisError(Exception):
    """The analysis cannot go on; the text is the one-line reason that the exit message carries."""
