"""What the site has besides the pages of docs/: guides from elsewhere in the repository, sources, and the reference.

MkDocs calls the functions `on_...` by their names (https://www.mkdocs.org/dev-guide/plugins/#events).
"""

from __future__ import annotations

import logging
import posixpath
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

# MkDocs loads this file alone.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from site_tools.reference import public_names, reference_pages

_ROOT = Path(__file__).resolve().parents[1]
_LOG = logging.getLogger("mkdocs.hooks.site_tools")
# Guides that stay beside what they are about.
_PROJECT = {
    "README.md": "project/readme.md",
    "examples/README.md": "project/examples.md",
    "lambda/README.md": "project/functions.md",
    "sandbox/README.md": "project/sandbox.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/vulnerabilities.md",
    "CHANGELOG.md": "project/changelog.md",
}
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_NAME = re.compile(r"\[`(\w+)`\]\([./]*constructs/model_monitor/[\w/]+\.py\)")
_FENCE = re.compile(r"^\s*(```|~~~)")
_ITEM = re.compile(r"^\s*([-*]|\d+\.) ")
_UNSEARCHED = "---\nsearch: {exclude: true}\n---\n\n"
_LANGUAGES = {".py": "python", ".json": "json", ".yaml": "yaml", ".toml": "toml", ".csv": "text"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add guides of the project, the reference, and the sources that any page links to."""
    pages = {target: (_ROOT / source).read_text(encoding="utf-8") for source, target in _PROJECT.items()}
    pages |= reference_pages()
    sources = {
        path
        for file in files.documentation_pages()
        for path in _linked(f"docs/{file.src_uri}", Path(str(file.abs_src_path)).read_text(encoding="utf-8"))
    }
    for source in _PROJECT:
        sources |= _linked(source, pages[_PROJECT[source]])
    pages |= {_page_of_source(path): _source(path) for path in sources if _is_source(path)}
    for uri, content in sorted(pages.items()):
        files.append(File.generated(config, uri, content=content))
    _complete(config, files)
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:  # noqa: ANN401  (MkDocs' signature)
    """Let links between files of the repository lead to pages of the site, and read lists as GitHub does."""
    uri = page.file.src_uri
    source = next((path for path, target in _PROJECT.items() if target == uri), f"docs/{uri}")
    if uri.startswith(("reference/", "source/")):
        return markdown

    def target(found: re.Match[str]) -> str:
        path = _resolved(source, found[1])
        if not (_ROOT / path).exists():
            _LOG.warning("%s links to %s, which does not exist; correct the link", source, found[1])
        return f"{posixpath.relpath(_uri(path), posixpath.dirname(uri) or '.')}{found[2] or ''}"

    return _separated(_LINK.sub(target, _to_reference(markdown)))


def _to_reference(markdown: str) -> str:
    """Let links from public names to their modules lead into the reference instead of the source."""
    modules = public_names()
    return _NAME.sub(
        lambda found: f"[`{found[1]}`][{modules[found[1]]}.{found[1]}]" if found[1] in modules else found[0], markdown
    )


def _linked(source: str, markdown: str) -> set[str]:
    return {_resolved(source, found[1]) for found in _LINK.finditer(markdown)}


def _resolved(source: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), target))


def _uri(path: str) -> str:
    """Return where the site has a file of the repository."""
    if path in _PROJECT:
        return _PROJECT[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else _page_of_source(path)


def _is_source(path: str) -> bool:
    return path not in _PROJECT and not path.startswith("docs/") and (_ROOT / path).exists()


def _page_of_source(path: str) -> str:
    return f"source/{path.replace('/', '-').replace('.', '-')}.md"


def _source(path: str) -> str:
    """Return the page of a file or folder of the repository."""
    place = _ROOT / path
    if place.is_dir():
        names = sorted(entry.name for entry in place.iterdir() if not entry.name.startswith(("_", ".")))
        return f"{_UNSEARCHED}# `{path}/`\n\n" + "\n".join(f"- `{name}`" for name in names)
    text = place.read_text(encoding="utf-8")
    return f"{_UNSEARCHED}# `{path}`\n\n````{_LANGUAGES.get(place.suffix, 'text')}\n{text}\n````\n"


def _separated(markdown: str) -> str:
    """Put an empty line before lists, which GitHub does not need and Python-Markdown does."""
    lines: list[str] = []
    is_code = False
    for line in markdown.split("\n"):
        is_code ^= bool(_FENCE.match(line))
        before = lines[-1] if lines else ""
        begins_list = _ITEM.match(line) and not _ITEM.match(before) and not before.startswith((" ", "\t"))
        if begins_list and before.strip() and not is_code:
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def _complete(config: MkDocsConfig, files: Files) -> None:
    """Add to the navigation what it does not name: new guides, the reference, and the project's own pages."""
    nav: list[Any] = list(config.nav or [])
    named = set(re.findall(r"[\w/-]+\.md", str(nav)))
    uris = sorted(file.src_uri for file in files.documentation_pages())
    new = [uri for uri in uris if uri not in named and not uri.startswith(("reference/", "source/", "project/"))]
    for section in nav:
        if isinstance(section, dict) and "Operate" in section:
            section["Operate"] = [*section["Operate"], *(uri for uri in new if uri not in section["Operate"])]
    reference = [uri for uri in uris if uri.startswith("reference/")]
    index = "reference/index.md"
    nav.append({"Reference": [index, *(uri for uri in reference if uri != index)]})
    nav.append({"Project": list(_PROJECT.values())})
    config.nav = nav
