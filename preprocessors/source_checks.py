"""What can be told from a script's text: whether the container understands it, has its imports, and gets only rows."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from preprocessors.report import Problem, Severity

# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
CONTAINER_PYTHON = (3, 7)


def source_problems(script: Path) -> Iterator[Problem]:
    """Yield what AWS's container would stumble over: newer grammar than Python 3.7, packages, and ``print``."""
    try:
        tree = ast.parse(script.read_text(encoding="utf-8"), str(script), feature_version=CONTAINER_PYTHON)
    except (SyntaxError, UnicodeDecodeError) as error:
        place = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        yield Problem(Severity.ERROR, "the container's Python 3.7 cannot read the script", f"{error} ({script}{place})")
        return
    for node in ast.walk(tree):
        for module in _imported(node):
            if module not in sys.stdlib_module_names:
                detail = f"{module} ({script}, line {getattr(node, 'lineno', '?')}); a script is a single file"
                yield Problem(Severity.ERROR, "the container may lack an imported package", detail)
        if _prints(node):
            detail = (
                f"{script}, line {getattr(node, 'lineno', '?')}; use the logger, the second argument of the handler"
            )
            yield Problem(
                Severity.ERROR, "the script prints, and the container takes its standard output for rows", detail
            )


def _prints(node: ast.AST) -> bool:
    """Whether a node calls ``print`` without saying where to."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and not any(keyword.arg == "file" for keyword in node.keywords)
    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")] if node.level else [(node.module or "").partition(".")[0]]
    return []
