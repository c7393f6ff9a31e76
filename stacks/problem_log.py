"""Keeps what the construct library refuses, so that all of it is told at once and with its line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from model_monitor import ConfigurationError
from stacks.document import Document
from stacks.problems import DocumentPath, InvalidConfigurationError, Problem
from stacks.wording import in_words_of_the_file


class ProblemLog:
    """Problems that came up while stacks were made.

    Args:
        document: The file that they are in.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._path: DocumentPath = ()
        self._innermost: DocumentPath | None = None
        self._problems: list[Problem] = []

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Says which part of the document the block is about.

        Args:
            *path: Path below that of the surrounding block.
        """
        outer = self._path
        self._path = (*outer, *path)
        try:
            yield
        except ConfigurationError:
            self._innermost = self._innermost or self._path
            raise
        finally:
            self._path = outer

    @contextmanager
    def keeping(self, *path: str | int) -> Iterator[None]:
        """The same; but what the library refuses in the block is kept, and the program goes on after it.

        Args:
            *path: Path below that of the surrounding block.
        """
        try:
            with self.at(*path):
                yield
        except ConfigurationError as error:
            where = self._innermost or path
            self._innermost = None
            self._problems.append(Problem(self._document.line(where), where, *in_words_of_the_file(error)))

    def require_none(self) -> None:
        """Ends the synthesis if anything was kept.

        Raises:
            InvalidConfigurationError: With everything that was kept.
        """
        if self._problems:
            raise InvalidConfigurationError(self._document.file, self._problems)
