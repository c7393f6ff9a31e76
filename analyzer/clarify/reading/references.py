"""Where a value is: a column's name, its position, or a JMESPath."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError

from analyzer.job.failure import AnalysisError

Reference: TypeAlias = str | int


def parse_path(path: str, what: str) -> Any:  # noqa: ANN401 - jmespath is untyped
    """Return the compiled JMESPath.

    Raises:
        AnalysisError: When it is none.
    """
    try:
        return jmespath.compile(path)
    except JMESPathError as error:
        problem = " ".join(str(error).split())
        raise AnalysisError(f"{what} is {path!r}, which is not a JMESPath: {problem}") from None


def is_path(text: str) -> bool:
    """Return whether a text is a JMESPath."""
    try:
        parse_path(text, "the text")
    except AnalysisError:
        return False
    return True


def position_of(reference: Reference, names: Sequence[str], what: str) -> int:
    """Return the position of the column that ``reference`` means; a text of digits is a position, too.

    Raises:
        AnalysisError: When there is no such column.
    """
    if isinstance(reference, str) and reference in names:
        return names.index(reference)
    is_index = isinstance(reference, int) or reference.isdecimal()
    if is_index and 0 <= int(reference) < len(names):
        return int(reference)
    raise AnalysisError(
        f"{what} is {reference!r}, but the data set has the {len(names)} columns {', '.join(names)}; "
        "give one of these names (headers in analysis_config.json sets them) or a position from 0"
    )


def is_position(reference: Reference) -> bool:
    """Return whether a reference counts columns."""
    return isinstance(reference, int) or reference.isdecimal()
