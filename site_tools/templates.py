"""Reads texts out of source code, without running it: what is filled in at run time becomes a word in italics."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_WORD = re.compile(r"[A-Za-z]{2,}")
_IS_NO_TEXT = re.compile(r"\\[dSswb]|\(\?|[^|]\|[^|]|\^#|^from __future__|^[A-Z]+: dict\[")  # patterns and code
_TAG = re.compile(r"&lt;[/!a-z][^>]*>")  # of HTML, after escaping
_MARKDOWN = str.maketrans({"|": r"\|", "*": r"\*", "_": r"\_", "[": r"\[", "<": "&lt;", "`": r"\`", "\n": " "})
# Calls that change how a value looks, not what it is: the value inside says more than their names.
_OF_FIRST = {"repr", "len", "str", "sorted", "quoted", "named", "shortened", "visible", "bounded"}
_OF_LAST = {"map", "join"}
_VAGUE = {"name", "reason", "start", "type"}
_SAID = {"message": "what AWS says", "code": "error code"}


class Kind(StrEnum):
    """Where a text appears."""

    ERROR = "error"
    LOG = "log"
    OTHER = "other"


@dataclass(frozen=True, order=True)
class Text:
    """One text that a program can print.

    Attributes:
        words: The text in Markdown, with what is filled in at run time in italics.
        kind: Where it appears.
    """

    words: str
    kind: Kind


def texts_of(file: Path) -> Iterator[Text]:
    """Return all texts of a module, but not its documentation and its patterns."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    yield from _Reader(tree).found(tree, Kind.OTHER)


def constants_of(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the names that a module gives to values."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() as plus, value=value) if name in found:
                found[name] = ast.BinOp(found[name], plus, value)
    return found


class _Reader:
    """Read one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._constants: Mapping[str, ast.expr] = constants_of(tree)
        self._documentation = set(_documentation(tree))

    def found(self, node: ast.AST, kind: Kind) -> Iterator[Text]:
        if isinstance(node, ast.Raise):
            kind = Kind.ERROR
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "log":
            kind = Kind.LOG
        if id(node) in self._documentation or isinstance(node, ast.Name):  # a name's text is told where it is made
            return
        words = self._words(node)
        if words is not None:
            for piece in _TAG.split(words):
                if _is_text(piece):
                    yield Text(_tidy(piece), kind)
            # What stands in the braces may have texts of its own: {"more than " if is_cut else ""}.
            parts = node.values if isinstance(node, ast.JoinedStr) else []
            inner: list[ast.AST] = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
        else:
            inner = list(ast.iter_child_nodes(node))
        for child in inner:
            yield from self.found(child, kind)

    def _words(self, node: ast.AST) -> str | None:
        """Return the text that an expression makes, or None if it is not written here."""
        words: str | None = None
        match node:
            case ast.Constant(value=str(text)):
                words = "" if _IS_NO_TEXT.search(text) else escaped(text)
            case ast.JoinedStr(values=values):
                words = "".join(self._words(value) or "" for value in values)
            case ast.FormattedValue(value=value):
                words = self._filled_in(value)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                parts = [part for part in (self._words(left), self._words(right)) if part]
                words = "".join(parts) or None
            case ast.Call(func=ast.Attribute(attr="format", value=ast.Name(id=name)), args=[argument, *_]):
                words = self._of_constant(name).replace("{}", self._words(argument) or "{}") or None
            case ast.Name(id=name) if name in self._constants and name.isupper():
                words = self._words(self._constants[name])
        return words

    def _of_constant(self, name: str) -> str:
        return (self._words(self._constants[name]) or "") if name in self._constants else ""

    def _filled_in(self, node: ast.expr) -> str:
        written = self._words(node)
        if written:
            return written
        if isinstance(node, ast.Name) and isinstance(self._constants.get(node.id), ast.Constant):
            return escaped(str(ast.literal_eval(self._constants[node.id])))
        name = _name(node)
        return f"*{(name.lower() if name.isupper() else name).replace('_', ' ').strip()}*"


def escaped(text: str) -> str:
    """Return a text as a cell of a Markdown table shows it."""
    return text.translate(_MARKDOWN)


def _name(node: ast.expr) -> str:
    """Return a word for a value that is known at run time only."""
    name = "value"
    match node:
        case ast.Name(id=name):
            pass
        case ast.Attribute(attr="value", value=value) | ast.Subscript(value=value, slice=ast.Slice()):
            name = _name(value)
        case ast.Attribute(attr=name, value=value):
            name = f"{_name(value)} {name}" if name in _VAGUE else name
        case ast.Subscript(value=value, slice=key):
            name = str(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, str) else _name(value)
        case ast.Call():
            name = _name_of_call(node)
        case ast.GeneratorExp(generators=[generator, *_]):
            name = _name(generator.iter)
        case ast.IfExp(body=value) | ast.BinOp(left=value) | ast.BoolOp(values=[value, *_]):
            name = _name(value)
    return name


def _name_of_call(call: ast.Call) -> str:
    name = _name(call.func) if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "value")
    if name in _SAID:
        return _SAID[name]
    if name == "get" and call.args and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value)
    if call.args and (name in _OF_FIRST or name in _OF_LAST):
        return _name(call.args[0 if name in _OF_FIRST else -1])
    return str(name)


def _is_text(words: str) -> bool:
    bare = re.sub(r"\*[^*]*\*", "", words)
    return " " in bare.strip() and len(_WORD.findall(bare)) > 1


def _tidy(words: str) -> str:
    """Return a text without what only programs need."""
    filled = re.sub(r"%[sd]|(?<!: )\{\}", "*value*", words)
    return re.sub(r"^[;,] ", "", filled.replace("**", "* *").strip())


def _documentation(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if not isinstance(node, ast.IfExp | ast.Lambda) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield id(statement.value)
