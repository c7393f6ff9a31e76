"""Media types, and what a content type is without its parameters."""

CSV = "text/csv"
JSON = "application/json"
JSON_TYPES = (JSON, "application/jsonlines")


def media_type(content_type: str) -> str:
    """The type alone, in lower case.

    Example:
        >>> media_type("text/CSV; charset=utf-8")
        'text/csv'
    """
    return content_type.partition(";")[0].strip().lower()
