"""What every page has: its frame, its style and script, and a policy that lets a browser use nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from run_report.markup import text


def document(title: str, body: str) -> str:
    """Return a page that needs no network."""
    style, script = _file("page.css"), _file("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>{text(title)}</title><style>{style}</style></head><body>{body}<script>{script}</script></body></html>\n"
    )


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def section(id: str, title: str, content: str) -> str:  # noqa: A002 - what HTML calls it
    """Return a section with a heading; empty for no content."""
    return f'<section aria-labelledby="{id}"><h2 id="{id}">{title}</h2>{content}</section>' if content else ""
