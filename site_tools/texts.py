"""Writes the list of all texts of the functions into docs/troubleshooting.md: `python -m site_tools.texts`."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from site_tools.templates import Kind, Text, constants_of, escaped, texts_of

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/troubleshooting.md"
SOURCES = ROOT / "lambda"
BEGIN = "<!-- What follows is written by `make texts`; change the texts in lambda/. -->\n"
END = "<!-- Here ends what `make texts` writes. -->\n"

_HINTS = SOURCES / "shared/failures.py"
# What the functions say in each package, and what to do about a text that does not say it itself.
_PACKAGES = {
    "baseline": (
        "Baselines: a deployment fails with these",
        "look at the logs of the deployment function and of the baseline job; correct what the text names; deploy "
        "again.",
    ),
    "bucket_contents": (
        "Buckets of a deployment that failed",
        "empty the bucket, and delete the stack again.",
    ),
    "data_capture": (
        "Data capture of endpoints that exist: a deployment fails with these",
        "correct what the text names, and deploy again. The endpoint serves as before.",
    ),
    "deployment": (
        "Waiting, for every custom resource",
        "deploy again. What AWS answered stands in the text or in the log of the deployment function.",
    ),
    "results": (
        "Runs: messages, and errors of the results function",
        "the hourly sweep tries again. If the text comes back, look at the log of the results function.",
    ),
    "run_report": (
        "Runs: the report page",
        "look at the files of the run themselves, and at the log of the results function.",
    ),
    "schedule_control": (
        "Starting, stopping and running by hand",
        "call the function again with the input that the text asks for.",
    ),
    "schedule_guard": (
        "Schedules that are changed or deleted: a deployment fails with these",
        "wait until the run has ended, and deploy again.",
    ),
    "shared": ("What all functions share", "correct what the text names, and try again."),
}
_ELSEWHERE = "look at the log of the function."  # of a package that is not named above
_REPORT_PAGE = "run_report"  # its short texts are headings and labels
_VERBS = "Ask|Check|Choose|Compare|Deploy|Find|Fix|Give|Look|Make|Read|What to do"
_DIVIDERS = (
    re.compile(rf"(?<=\.) (?=(?:{_VERBS})\b)"),
    re.compile(r"; (?!(?:[Aa]|it|no|the|[Tt]imes) )(?=[^;]*$)"),
    re.compile(r"[,:] (?=expected )"),
    re.compile(r"\. (?=It is written )"),
)


def generated() -> str:
    """Return the part of the page that comes from the code."""
    by_package: defaultdict[str, set[Text]] = defaultdict(set)
    for file in sorted(SOURCES.rglob("*.py")):
        if file != _HINTS:
            by_package[file.relative_to(SOURCES).parts[0]].update(texts_of(file))
    packages = {**_PACKAGES, **{name: (f"`{name}`", _ELSEWHERE) for name in sorted(set(by_package) - set(_PACKAGES))}}
    parts = ["### Known failures of jobs", _hints()]
    for package, (heading, fallback) in packages.items():
        whole = sorted(text for text in by_package[package] if text.kind is not Kind.LOG and _is_whole(text))
        if whole:
            rows = [f"| {said} | {_capital(fix)} |" for said, fix in map(_split, whole)]
            table = "\n".join(["| text | what to do |", "|---|---|", *dict.fromkeys(rows)])
            parts += [f"### {heading}", f"Where a text does not say what to do: {fallback}", table]
    everything = [(package, text) for package in packages for text in sorted(by_package[package])]
    logs = [(package, text) for package, text in everything if text.kind is Kind.LOG]
    pieces = [
        (package, text)
        for package, text in everything
        if text.kind is not Kind.LOG and not _is_whole(text) and package != _REPORT_PAGE
    ]
    parts += ["### Lines of the logs", _LOGS, _list(logs), "### Parts of the texts above", _PIECES, _list(pieces)]
    return "\n\n".join(parts) + "\n"


_LOGS = (
    "Log lines are JSON objects; `message` is one of these. They tell what was done and need nothing of you, unless a "
    "line has `error`, which holds AWS's words: look for them above."
)
_PIECES = "Short texts, which stand within longer ones or in messages. Labels of the report page are left out."


def page() -> str:
    """Return the page, with the generated part as it should be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{generated()}\n{END}{after}"


def _hints() -> str:
    """Return the table of AWS's words and what to do about them."""
    constants = constants_of(ast.parse(_HINTS.read_text(encoding="utf-8")))
    hints: tuple[tuple[str, str], ...] = ast.literal_eval(constants["_HINTS"])
    rows = [f"| {_alternatives(pattern)} | {_capital(escaped(advice))}. |" for pattern, advice in hints]
    return "\n".join(["| AWS's text has | what to do |", "|---|---|", *rows])


def _alternatives(pattern: str) -> str:
    """Return a pattern as people read it."""
    text = re.sub(r"\(([^()]*)\)", lambda group: group[1].replace("|", "/"), pattern)
    text = re.sub(r"\[[^]]*\][*+]?|\.\*|\\d\+", "...", text)
    return ", ".join(f"`{part.replace(chr(92) + 'b', '').replace('?', '')}`" for part in text.split("|"))


def _is_whole(text: Text) -> bool:
    """Say whether a text stands for itself, and is no part of another one."""
    return text.kind is Kind.ERROR or len(text.words.split()) > 4  # noqa: PLR2004


def _split(text: Text) -> tuple[str, str]:
    """Return what a text says, and what it says to do about it."""
    words = text.words
    for divider in _DIVIDERS:
        said, *fixes = divider.split(words, maxsplit=1)
        if fixes and said and said.count("(") == said.count(")"):
            return said.removesuffix("."), fixes[0]
    return words, ""


def _list(texts: list[tuple[str, Text]]) -> str:
    rows = [f"| {text.words} | `{package}` |" for package, text in texts]
    return "\n".join(["| text | package |", "|---|---|", *dict.fromkeys(rows)])


def _capital(text: str) -> str:
    """Return a text with a capital, unless it begins with something that is filled in."""
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
