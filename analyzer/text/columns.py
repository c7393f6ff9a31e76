"""Names of columns that have none, as Spark has them."""

NUMBERED_COLUMN = "_c{}"
"""By the column's position, from 0."""


def numbered_names(width: int) -> list[str]:
    """Return the names of ``width`` columns that have none."""
    return [NUMBERED_COLUMN.format(position) for position in range(width)]
