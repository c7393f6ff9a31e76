"""The tables of sandbox/README.md that say what is like AWS, written from claims.toml and from the tests themselves.

`make fidelity` writes them. A claim that something is like AWS names the tests that would fail if it were wrong; the
calls of the SageMaker Python SDK are those that the tests of `make sdk-check` name with `@pytest.mark.calls`.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
README = TESTS.parent / "sandbox" / "README.md"
KINDS = {"like": "like AWS", "unlike": "not like AWS", "guess": "a guess"}
SDKS = {"sdk": "sagemaker", "sdk3": "sagemaker-core"}
"""Folder of tests, and the package in its requirements.txt that it is about."""
_CLAIMS = Path(__file__).with_name("claims.toml")


@dataclass(frozen=True)
class NamedTest:
    """A test as claims.toml names it: `sandbox/test_wire::test_lists_are_paged`, with the class between if it has one.

    Args:
        file: Path below `tests`, without `.py`.
        names: Class, if any, and function.
    """

    file: str
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> NamedTest:
        """Read the text of claims.toml."""
        file, *names = text.split("::")
        return cls(file, tuple(names))

    @property
    def path(self) -> Path:
        """The file."""
        return TESTS / f"{self.file}.py"

    @property
    def node_id(self) -> str:
        """What pytest calls it, without parameters."""
        return "::".join((f"tests/{self.file}.py", *self.names))


@dataclass(frozen=True)
class Claim:
    """One line of the table."""

    area: str
    kind: str
    text: str
    tests: Sequence[NamedTest]


def claims() -> list[Claim]:
    """Return what claims.toml holds, in its order."""
    return [
        Claim(area, kind, text, tuple(map(NamedTest.parse, tests)))
        for area, kinds in tomllib.loads(_CLAIMS.read_text()).items()
        for kind, members in kinds.items()
        for text, tests in members.items()
    ]


def defined(path: Path) -> set[tuple[str, ...]]:
    """Return the tests that a file defines, by class and function."""
    found: set[tuple[str, ...]] = set()
    for node in _parsed(path).body:
        if isinstance(node, ast.ClassDef):
            found |= {(node.name, item.name) for item in node.body if isinstance(item, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add((node.name,))
    return found


def claims_table() -> str:
    """Return the table of claims."""
    lines = ["| | | | tests |", "|---|---|---|---|"]
    area = kind = ""
    for claim in claims():
        new_area = claim.area != area
        shown = KINDS[claim.kind] if new_area or claim.kind != kind else ""
        name = f"**{claim.area}**" if new_area else ""
        lines.append(f"| {name} | {shown} | {claim.text} | {_links(claim.tests)} |")
        area, kind = claim.area, claim.kind
    return "\n".join(lines)


def sdk_table() -> str:
    """Return the table of the SDK's calls that are checked, one column for each version."""
    columns = {folder: _calls(TESTS / folder) for folder in SDKS}
    names = [f"`{package}` {_version(folder, package)}" for folder, package in SDKS.items()]
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for owner in sorted({owner for calls in columns.values() for owner in calls}):
        cells = (", ".join(f"`{call}`" for call in sorted(calls.get(owner, ()))) or "-" for calls in columns.values())
        lines.append(f"| `{owner}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def written(readme: str) -> str:
    """Return the text of the README with the tables in it as they should be.

    Raises:
        ValueError: When the marks of a table are not there.
    """
    for name, table in (("claims", claims_table()), ("sdk", sdk_table())):
        begin, end = f"<!-- {name}: written by `make fidelity` -->", f"<!-- end of {name} -->"
        parts = re.split(f"({re.escape(begin)}|{re.escape(end)})", readme)
        if [part for part in parts if part in (begin, end)] != [begin, end]:
            raise ValueError(f"sandbox/README.md needs the marks {begin} and {end}, once and in this order")
        readme = f"{parts[0]}{begin}\n{table}\n{end}{parts[4]}"
    return readme


def _links(tests: Sequence[NamedTest]) -> str:
    files = dict.fromkeys(test.file for test in tests)
    return " ".join(f"[{Path(file).name.removeprefix('test_')}](../tests/{file}.py)" for file in files) or "-"


def _version(folder: str, package: str) -> str:
    pinned = (TESTS / folder / "requirements.txt").read_text()
    match = re.search(rf"^{re.escape(package)}==(\S+)", pinned, re.MULTILINE)
    if not match:
        raise ValueError(f"tests/{folder}/requirements.txt does not pin {package}")
    return match[1]


def _calls(folder: Path) -> dict[str, set[str]]:
    """Return the calls by class. Tests of a base class count for each class that a subclass is about (`sdk_class`)."""
    calls: dict[str, set[str]] = defaultdict(set)
    files = sorted(folder.glob("*.py"))
    subjects = [subject for path in files for subject in _subjects(path)]
    for name in (name for path in files for name in _marked(path)):
        if name[0].isupper():
            owner, dot, method = name.partition(".")
            calls[owner.partition("(")[0]].add(method if dot else owner)
        else:
            for subject in subjects:
                calls[subject].add(name)
    return calls


def _subjects(path: Path) -> Iterator[str]:
    """Yield the classes that the test classes of a file are about."""
    for test_class in (node for node in _parsed(path).body if isinstance(node, ast.ClassDef)):
        for node in test_class.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "sdk_class":
                yield ast.unparse(node.value)


def _marked(path: Path) -> Iterator[str]:
    """Yield the arguments of every `@pytest.mark.calls`."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.calls":
            yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def main() -> int:
    """Write the tables into the README."""
    README.write_text(written(README.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
