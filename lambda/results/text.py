"""Texts of others inside of our messages: visible, marked as theirs, and not too long."""

from __future__ import annotations

import re
import textwrap

WIDTH = 72
_MAX_QUOTED = 1000
# What needs no quotation marks: names of columns and metrics, and how a metric of bias is named with its group.
_NAME = re.compile(r"[\w.\-]+(\[\d+\])?( of [\w.\-]+=[\w.\-]+)?")


def visible(text: str) -> str:
    r"""Return a text with everything that is no printable character written out, as in a Python string.

    Example:
        >>> visible("age" + chr(10) + "of applicant")
        'age\\nof applicant'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


def shortened(text: str, longest: int) -> str:
    """Return a text of a length at most, with its middle left out if it is longer.

    Example:
        >>> shortened("income_of_the_household", 13)
        'incom...ehold'
    """
    if len(text) <= longest:
        return text
    half = (longest - 3) // 2
    return f"{text[: longest - 3 - half]}...{text[len(text) - half :]}"


def bounded(text: str, longest: int) -> str:
    """Return a text as `visible` shows it, of a length at most."""
    # Shortened before, too: what nobody will see is not worth writing out.
    return shortened(visible(shortened(text, longest)), longest)


def quoted(text: str, longest: int = _MAX_QUOTED) -> str:
    """Return somebody else's words in quotation marks."""
    words = bounded(text, longest).replace('"', "'")
    return f'"{words}"'


def named(name: str, longest: int = 100) -> str:
    """Return a name from the traffic or from a report as it is, or in quotation marks if it might read as our words.

    Example:
        >>> named("age"), named("sex: ask your doctor")
        ('age', '"sex: ask your doctor"')
    """
    if _NAME.fullmatch(name):
        return shortened(name, longest)
    return quoted(name, longest)


def wrapped(text: str) -> str:
    """Return a paragraph in lines of a width that telephones show."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
