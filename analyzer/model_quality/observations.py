"""Predictions beside labels, out of a data set."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl

from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues
from analyzer.model_quality.columns import column_of
from analyzer.model_quality.parsing import BinaryLabels, Parser, labels, numbers, probabilities
from analyzer.model_quality.problem import Problem, ProblemType

ACTUAL, PREDICTED, PROBABILITY = "actual", "predicted", "probability"

# Columns ACTUAL and PREDICTED of one type (bool, text or float), and PROBABILITY where the problem names one.
Observations: TypeAlias = pl.DataFrame


@dataclass
class _Field:
    """One of the values that every row must have, and what was seen of rows without it."""

    name: str
    variable: str
    attribute: str
    parse: Parser
    expected: str
    missing: int = 0
    wrong: int = 0
    example: str = ""

    def take(self, texts: pl.Series, valid: pl.Series, first_row: int) -> pl.Series:
        """Parse a batch and count the rows that have no such value.

        Args:
            texts: What the column holds.
            valid: Rows that are not broken already.
            first_row: Number of the first row in the data set.
        """
        parsed = self.parse(texts).alias(self.name)
        bad = valid & parsed.is_null()
        if bad.any():
            empty = bad & (texts.str.strip_chars().fill_null("") == "")
            wrong = bad & ~empty
            self.missing += int(empty.sum())
            self.wrong += int(wrong.sum())
            if not self.example and wrong.any():
                row = int(wrong.arg_max() or 0)
                self.example = f"such as {texts[row]!r} in row {first_row + row}"
        return parsed

    def report(self, source: Path, issues: DataIssues) -> None:
        """Add the rows that have no such value to the issues of the run."""
        issues.add_rows(source, self.missing, f"{self.variable} {self.attribute!r} has no value")
        issues.add_rows(
            source, self.wrong, f"{self.variable} {self.attribute!r} is not {self.expected}, {self.example}"
        )


def observe(batches: Iterable[pl.DataFrame], problem: Problem, source: Path, issues: DataIssues) -> Observations:
    """Return predictions beside labels; rows that lack one of them, or have something else there, are left out.

    Args:
        batches: The data set as batches of text columns.
        problem: What to look for.
        source: Where the data set is, for messages.
        issues: Where rows go that are left out.

    Raises:
        AnalysisError: When the data set has no such column.
    """
    fields = [*_fields(problem)]
    columns: dict[str, None] = {}
    parts: list[pl.DataFrame] = []
    first_row = 1
    for batch in batches:
        columns.update(dict.fromkeys(batch.columns))
        if batch.height:
            parts.append(_parsed(batch, fields, [*columns], first_row))
            first_row += batch.height
    if parts:
        _require_columns(fields, [*columns], source)
    for field in fields:
        field.report(source, issues)
    found = pl.concat(parts) if parts else pl.DataFrame(schema=[field.name for field in fields])
    return _with_predictions(found, problem)


def _fields(problem: Problem) -> Iterator[_Field]:
    parse, expected = _label_parser(problem)
    yield _Field(ACTUAL, "ground_truth_attribute", problem.ground_truth, parse, expected)
    if problem.inference is not None:
        yield _Field(PREDICTED, "inference_attribute", problem.inference, parse, expected)
    if problem.probability is not None:
        what = "a probability from 0 to 1"
        yield _Field(PROBABILITY, "probability_attribute", problem.probability, probabilities, what)


def _label_parser(problem: Problem) -> tuple[Parser, str]:
    if problem.type is ProblemType.REGRESSION:
        return numbers, "a finite number"
    if problem.type is ProblemType.MULTICLASS:
        return labels, "a label"
    parser = BinaryLabels(problem.positive_label)
    expected = (
        "0 or 1, or false or true (the environment variable positive_label names another positive label)"
        if parser.is_default
        else f"one of the two labels of which {problem.positive_label!r} is the positive one"
    )
    return parser, expected


def _parsed(batch: pl.DataFrame, fields: Sequence[_Field], columns: Sequence[str], first_row: int) -> pl.DataFrame:
    """Return the complete rows of a batch.

    Args:
        batch: Text columns.
        fields: What every row must have.
        columns: All columns so far: a position counts these, not those that one batch happens to have.
        first_row: Number of the first row in the data set.
    """
    valid = pl.repeat(True, batch.height, eager=True)
    parsed = []
    for field in fields:
        name = column_of(field.attribute, columns)
        texts = batch[name] if name in batch.columns else pl.repeat(None, batch.height, dtype=pl.String, eager=True)
        parsed.append(field.take(texts, valid, first_row))
        valid &= parsed[-1].is_not_null()
    return pl.DataFrame(parsed).filter(valid)


def _require_columns(fields: Sequence[_Field], columns: Sequence[str], source: Path) -> None:
    for field in fields:
        if column_of(field.attribute, columns) is None:
            raise AnalysisError(
                f"{field.variable} is {field.attribute!r}, but the {len(columns)} columns of {source} are "
                f"{', '.join(columns)}; give one of these names, a position from 0, or a path into JSON"
            )


def _with_predictions(found: pl.DataFrame, problem: Problem) -> Observations:
    if PREDICTED in found.columns:
        return found
    return found.with_columns((pl.col(PROBABILITY) >= problem.threshold).alias(PREDICTED))
