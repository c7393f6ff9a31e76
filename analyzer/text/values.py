"""Single values: texts of CSV or scalars of JSON."""

import math
import re

# As many digits as a double can have.
_WHOLE = re.compile(r"[+-]?\d{1,309}")


def is_missing(value: object) -> bool:
    """Return whether a value is none: null, not a number, or a text of blanks."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: object) -> float | None:
    """Return a value as a number; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and "_" in value:
        return None  # Python reads 1_2 as twelve, nobody else does
    try:
        result = float(value)
    except ValueError:
        return None
    return None if math.isnan(result) else result


def category(value: object) -> str:
    """Return a value as a category: numbers that are equal, and the spellings of true and false, are the same one."""
    if is_missing(value):
        return ""
    if not isinstance(value, bool | float) and _WHOLE.fullmatch(str(value).strip()):
        # A double would make one of long identifiers that differ in their last digits only.
        return str(int(str(value)))
    numeric = number(value)
    if numeric is not None and math.isfinite(numeric):
        return str(int(numeric)) if numeric.is_integer() else repr(numeric)
    text = str(value).strip()
    return text.lower() if text.lower() in ("true", "false") else text


def is_whole(value: object) -> bool:
    """Return whether a value is written as a whole number."""
    return isinstance(value, int) or (isinstance(value, str) and value.strip().lstrip("+-").isdecimal())
