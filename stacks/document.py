"""YAML documents that remember in which line everything stands."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stacks.plain_yaml import MOST_CHARACTERS, PlainLoader, UnsafeError, problems_of_nodes, readable
from stacks.problems import DocumentPath, InvalidConfigurationError, Problem, path_text

_MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Document:
    """A YAML file that has been read.

    Attributes:
        file: The file, as it was named.
        data: Its content.
    """

    file: Path
    data: Any
    _root: yaml.Node

    @classmethod
    def read(cls, file: Path) -> Document:
        """Read a file.

        Args:
            file: A YAML file with one document.

        Raises:
            InvalidConfigurationError: There is no such file, it is not YAML, a key stands twice in one mapping, or it
                holds what no configuration needs and takes forever to read.
        """
        text = _read_text(file)
        problems: list[Problem] = []
        try:
            loader = PlainLoader(text)
            root = loader.get_single_node()
            if root is not None:
                # Before construction: it would silently keep the last of two equal keys.
                problems = problems_of_nodes(root, loader) or _repeated_keys(root, (), set())
            data = None if problems or root is None else loader.construct_document(root)
        except UnsafeError as error:
            raise InvalidConfigurationError(file, [error.problem]) from error
        except yaml.YAMLError as error:
            raise InvalidConfigurationError(file, [_broken(error)]) from error
        if problems:
            raise InvalidConfigurationError(file, problems)
        if root is None:
            raise InvalidConfigurationError(
                file,
                [Problem(None, (), "a file without content", "a mapping with the key 'endpoints'", _SEE_GUIDE)],
            )
        return cls(file, data, root)

    def has(self, path: DocumentPath) -> bool:
        """Return whether there is a value at a path."""
        node: yaml.Node | None = self._root
        for part in path:
            if node is None:
                return False
            node = _child(node, part)[1]
        return node is not None

    def nearest(self, path: DocumentPath) -> DocumentPath:
        """Return the path of the nearest value that the file holds: what a monitor does not say may be a default.

        Args:
            path: Where a value was looked for: `(section, name, kind, position?, key...)`.
        """
        if self.has(path):
            return path
        inner = tuple(part for part in path[2:] if not isinstance(part, int))
        for default in (("defaults", *inner), ("defaults", *inner[1:])):
            if len(default) > 1 and self.has(default):
                return default
        while path and not self.has(path):
            path = path[:-1]
        return path

    def line(self, path: DocumentPath, *, of_key: bool = False) -> int:
        """The line of a value, or of the nearest value around it that exists.

        Args:
            path: Where in the document.
            of_key: Whether the line of the last key is meant instead of its value's.
        """
        node = self._root
        line = node.start_mark.line
        for index, part in enumerate(path):
            key, value = _child(node, part)
            if value is None:
                break
            node = value
            # A block starts in the line below its key; people look for the key.
            about_key = (of_key and index == len(path) - 1) or isinstance(value, yaml.CollectionNode)
            line = key.start_mark.line if key is not None and about_key else value.start_mark.line
        return line + 1


_SEE_GUIDE = "start from the commented monitoring.yaml; docs/configuration.md explains every key"


def _read_text(file: Path) -> str:
    try:
        if file.is_file() and file.stat().st_size > MOST_CHARACTERS:
            raise InvalidConfigurationError(file, [_too_large(file.stat().st_size)])
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        problem = Problem(None, (), "no such file", "a YAML file", "check the name after '-c config='")
        raise InvalidConfigurationError(file, [problem]) from error
    except UnicodeDecodeError as error:
        problem = Problem(None, (), f"a byte that is not UTF-8 at position {error.start}", "UTF-8", "save it as UTF-8")
        raise InvalidConfigurationError(file, [problem]) from error
    except (OSError, ValueError) as error:  # the latter for names that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem(None, (), f"a file that cannot be read: {reason}", "a YAML file", "check the name")
        raise InvalidConfigurationError(file, [problem]) from error


def _too_large(size: int) -> Problem:
    expected = f"at most {MOST_CHARACTERS // 1_000_000} MB"
    return Problem(None, (), f"a file of {size:,} bytes", expected, "check the name, or split the file into several")


def _broken(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    fix = "check indentation, colons and quotes there and in the line above; tabs cannot indent"
    if reason == "found unhashable key":
        fix = "put text in quotes that begins with a brace or a bracket"
    return Problem(
        line=mark.line + 1 if mark else None,
        path=(),
        got=f"broken YAML: {f'{context}: ' if context else ''}{readable(reason, longest=200)}"
        + (f" (column {mark.column + 1})" if mark else ""),
        expected="a YAML document",
        fix=fix,
    )


def _repeated_keys(node: yaml.Node, path: DocumentPath, seen: set[int]) -> list[Problem]:
    if id(node) in seen:  # an alias; its anchor was looked through already
        return []
    seen.add(id(node))
    problems: list[Problem] = []
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            problems += _repeated_keys(item, (*path, index), seen)
    if isinstance(node, yaml.MappingNode):
        first_keys: dict[Hashable, yaml.Node] = {}
        for key, value in node.value:
            inner = (*path, _key_text(key))
            identity = _key_text(key) if isinstance(key, yaml.ScalarNode) else id(key)
            first = first_keys.setdefault((key.tag, identity), key)
            if first is not key and key.tag != _MERGE_TAG:
                problems.append(_repeated(inner, key.start_mark.line + 1, first.start_mark.line + 1))
            problems += _repeated_keys(value, inner, seen)
    return problems


def _repeated(path: DocumentPath, line: int, first: int) -> Problem:
    return Problem(
        line=line,
        path=path,
        got=f"the key {path_text(path[-1:])!r} a second time; it stands in line {first} already",
        expected="every key once",
        fix="remove one of the two, or join their values",
    )


def _key_text(key: yaml.Node) -> str:
    return key.value if isinstance(key, yaml.ScalarNode) else "?"


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    if isinstance(node, yaml.MappingNode):
        # Backwards: what is merged in has been put in front, and a key of the mapping itself overrides it.
        for key, value in reversed(node.value):
            if _key_text(key) == str(part):
                return key, value
        merged = [value for key, value in node.value if key.tag == _MERGE_TAG]
        for value in merged:
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                found = _child(source, part)
                if found[1] is not None:
                    return found
    return None, None
