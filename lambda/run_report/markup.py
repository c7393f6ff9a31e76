"""Pieces of HTML. Every text that is not ours goes through `text`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_LONGEST = 300


def text(words: object) -> str:
    r"""Return a text of others as HTML shows it: escaped, bounded, and without characters that are not seen.

    Names of features and categories come from traffic, so from whoever calls the endpoint.

    Example:
        >>> text("</script><b>" + chr(8238) + "x")
        '&lt;/script&gt;&lt;b&gt;\\u202ex'
    """
    words = str(words)
    if len(words) > _LONGEST:
        half = _LONGEST // 2 - 2
        words = f"{words[:half]} … {words[-half:]}"
    shown = (letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in words)
    return escape("".join(shown), quote=True)


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Return a table of cells that are HTML already; the first of each row is its heading.

    On a phone each row is a block, in which `data-label` says what a cell is.
    """
    labels = [f' data-label="{label}"' for label in head]
    body = "".join(
        f'<tr><th scope="row">{cells[0]}</th>'
        + "".join(f"<td{label}>{cell}</td>" for label, cell in zip(labels[1:], cells[1:], strict=True))
        + "</tr>"
        for cells in rows
    )
    heads = "".join(f'<th scope="col">{label}</th>' for label in head)
    classes = f' class="{kind}"' if kind else ""
    return f"<table{classes}><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of names and values that are HTML already."""
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs) + "</dl>"


def link(address: str, words: str) -> str:
    """Return a link, or the address as a text where it is none that a browser should follow."""
    if not address.startswith(("https://", "http://")):
        return f"<code>{text(address)}</code>"
    return f'<a href="{escape(address, quote=True)}" rel="noopener noreferrer">{text(words)}</a>'


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Example:
        >>> counted(1, "violation"), counted(2000, "record")
        ('1 violation', '2,000 records')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
