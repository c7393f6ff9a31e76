"""Keeps what the construct library refuses, so that all of it is told at once and with its line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from model_monitor import ConfigurationError
from stacks.cdk_errors import CDK_ERRORS, is_of_the_cdk
from stacks.document import Document
from stacks.problems import DocumentPath, InvalidConfigurationError, Problem, path_text
from stacks.words import FILE, document_path

_LONGEST_REASON = 500
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_TOO_MANY = "TooManyResourcesInStack"


class ProblemLog:
    """Problems that came up while stacks were made."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._path: DocumentPath = ()
        self._innermost: DocumentPath | None = None
        self._problems: list[Problem] = []

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Say which part of the document the block is about.

        Args:
            *path: Path below that of the surrounding block.
        """
        outer = self._path
        self._path = (*outer, *path)
        try:
            yield
        except (ConfigurationError, *CDK_ERRORS):
            self._innermost = self._innermost or self._path
            raise
        finally:
            self._path = outer

    @contextmanager
    def keeping(self, *path: str | int) -> Iterator[None]:
        """Say the same; but what the library or the CDK refuses in the block is kept, and the program goes on after it.

        Args:
            *path: Path below that of the surrounding block.
        """
        try:
            with self.at(*path):
                yield
        except ConfigurationError as error:
            where = self._document.nearest((*self._where(path), *document_path(error.option)))
            self._problems.append(Problem(self._document.line(where), where, *error.in_words_of(FILE)))
        except CDK_ERRORS as error:
            if not is_of_the_cdk(error):
                raise
            where = self._document.nearest(self._where(path))
            self._problems.append(refused_by_the_cdk(error, self._document.line(where), where))

    def warning(self, error: ConfigurationError) -> str:
        """Return a warning of the library in the words of the file, with its line, as one line of text.

        Args:
            error: What it warns of, in the part of the document that the block is about.
        """
        where = self._document.nearest((*self._path, *document_path(error.option)))
        got, expected, fix = error.in_words_of(FILE)
        place = f"{self._document.file}:{self._document.line(where)}: {path_text(where)}"
        return f"{place}: got {got}; expected {expected}; {fix}"

    def refuse(self, problem: Problem) -> None:
        """Keep a problem that neither the library nor the CDK told."""
        self._problems.append(problem)

    def require_none(self) -> None:
        """End the synthesis if anything was kept.

        Raises:
            InvalidConfigurationError: With everything that was kept.
        """
        if self._problems:
            raise InvalidConfigurationError(self._document.file, self._problems)

    def _where(self, path: DocumentPath) -> DocumentPath:
        where, self._innermost = self._innermost or path, None
        return where


def refused_by_the_cdk(error: Exception, line: int | None, path: DocumentPath) -> Problem:
    """Return the problem of an error that the CDK itself raised.

    Args:
        error: The error.
        line: Line of what it is about.
        path: Path of what it is about.
    """
    reason = " ".join(str(error).split())
    shown = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}..."
    expected, fix = "a stack that the CDK can make", "change what the reason names"
    if _TOO_MANY in reason:
        expected = "at most 500 resources for each model, the limit of a CloudFormation stack"
        fix = "make fewer alarms: any violation has one already; name only the features that need a limit of their own"
    return Problem(line, path, f"what the CDK refuses: {shown}", expected, fix)
