"""The reference of the construct library: which public name is on which page. Texts come from the docstrings."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_LIBRARY = _ROOT / "constructs/model_monitor/__init__.py"
_TITLES = {
    "alarms": "Alarms",
    "baseline": "Baselines",
    "clarify": "Bias and attribution",
    "dashboard": "Dashboards",
    "data_quality": "Data quality",
    "engine": "Engines",
    "errors": "Errors",
    "inputs": "Inputs",
    "jobs": "Machines, network, schedules, scripts",
    "model_quality": "Model quality",
    "monitor": "What all monitors share",
    "monitoring": "Monitoring of a model",
    "query": "Tables for Athena",
    "reactions": "Reactions",
    "resources": "Key, bucket and topic",
    "run_events": "Events",
    "s3_location": "Places in S3",
    "schedule_control": "Schedules on demand",
    "services": "Shared services",
}


def public_names() -> dict[str, str]:
    """Return every public name of the library, and the module that it is defined in."""
    tree = ast.parse(_LIBRARY.read_text(encoding="utf-8"))
    imports = {
        alias.name: str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    exported = next(
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return {name: imports[name] for name in ast.literal_eval(exported)}


def reference_pages() -> dict[str, str]:
    """Return the pages of the reference, by their place in the site."""
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for name, module in public_names().items():
        parts[module.split(".")[1]].append(f"::: {module}.{name}")
    titles = {part: _TITLES.get(part, part.replace("_", " ").capitalize()) for part in sorted(parts)}
    rows = [f"| [{title}]({part}.md) | {_names(parts[part])} |" for part, title in titles.items()]
    index = "# Reference of the constructs\n\nImport all of it from `model_monitor`.\n\n| | |\n|---|---|\n"
    pages = {
        f"reference/{part}.md": f"# {title}\n\n" + "\n\n".join(sorted(parts[part])) + "\n"
        for part, title in titles.items()
    }
    return {"reference/index.md": index + "\n".join(rows) + "\n", **pages}


def _names(entries: list[str]) -> str:
    paths = sorted(entry.removeprefix("::: ") for entry in entries)
    return ", ".join(f"[`{path.rpartition('.')[2]}`][{path}]" for path in paths)
