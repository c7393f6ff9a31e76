"""The model behind a URL."""

import csv
import math
import string
import time
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import numpy as np
import orjson
from numpy.typing import NDArray

from analyzer.clarify.config import CSV, JSON, PredictorConfig
from analyzer.clarify.reading.bodies import one_row_per_line
from analyzer.clarify.reading.predictions import ResponseReader
from analyzer.dataset.payload import PayloadError, PayloadKind
from analyzer.job.failure import AnalysisError
from analyzer.text.values import is_whole, number

DEFAULT_CONTENT_TEMPLATE = '{"features":$features}'
# Far below the size limit of real-time requests, 6 MB.
ROWS_PER_REQUEST = 500
_TIMEOUT_SECONDS = 60
_MESSAGE_LENGTH = 300
_LARGEST_INTEGER = 2**63  # what JSON can be written with; larger ones are numbers with an exponent

_T = TypeVar("_T")


class RefusedError(AnalysisError):
    """The model answers, but not with what was asked for; some of the rows may be to blame."""


class Predictor:
    """Ask a model for predictions.

    Args:
        url: Where requests are POSTed to.
        config: How requests are written.
        reader: How responses are read.
        names: Names of the features.
        default_type: Content type of the data set, and of requests when the configuration has none.
    """

    def __init__(
        self, url: str, config: PredictorConfig, reader: ResponseReader, names: Sequence[str], default_type: str
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise AnalysisError(f"predictor_url is {url!r}, expected an HTTP URL")
        self._url = url
        self._config = config
        self._reader = reader
        self._names = names
        self._is_text = default_type == CSV
        self._content_type = config.content_type or default_type
        self._accept_type = config.accept_type or self._content_type
        #: How long the model has taken to answer, in seconds.
        self.seconds = 0.0

    def scores(self, rows: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
        """Return the scores of every row, all rows with the same number of outputs.

        Raises:
            AnalysisError: When the model does not answer, or not with such scores.
        """
        scores = self._ask(rows, self._reader.scores)
        widths = {len(row) for row in scores}
        if len(widths) != 1:
            raise AnalysisError(f"the model answers with different numbers of scores: {sorted(widths)}")
        return np.array(scores, dtype=float)

    def labels(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the predicted label of every row.

        Raises:
            AnalysisError: When the model does not answer, or not with labels.
        """
        return self._ask(rows, self._reader.labels)

    def answered(self, rows: Sequence[Sequence[Any]]) -> list[int]:
        """Return the positions of the rows for which the model answers with finite scores.

        Raises:
            AnalysisError: When the model does not answer, or gives no row such scores.
        """
        # In the order of the rows: parts that are refused are asked for again in halves.
        pending = [
            range(start, min(start + ROWS_PER_REQUEST, len(rows))) for start in range(0, len(rows), ROWS_PER_REQUEST)
        ]
        pending.reverse()
        found: list[int] = []
        refused: RefusedError | None = None
        while pending:
            part = pending.pop()
            try:
                scores = self._ask(rows[part.start : part.stop], self._reader.scores)
            except RefusedError as error:
                refused = error
                middle = len(part) // 2
                pending += [part[middle:], part[:middle]] if middle else []
                continue
            found += [position for position, row in zip(part, scores, strict=True) if all(map(math.isfinite, row))]
        if not found and refused is not None:
            raise refused
        return found

    def _ask(self, rows: Sequence[Sequence[Any]], read: Callable[[PayloadKind, str], list[_T]]) -> list[_T]:
        answers: list[_T] = []
        for start in range(0, len(rows), ROWS_PER_REQUEST):
            batch = rows[start : start + ROWS_PER_REQUEST]
            kind, text = self._post(self.body(batch))
            try:
                values = read(kind, one_row_per_line(kind, text, len(batch)))
            except PayloadError as error:
                raise RefusedError(f"the model's response cannot be read: {error}: {text[:_MESSAGE_LENGTH]}") from error
            if len(values) != len(batch):
                raise RefusedError(
                    f"the model answered {len(batch)} rows with {len(values)} predictions: {text[:_MESSAGE_LENGTH]}"
                )
            answers += values
        return answers

    def body(self, rows: Sequence[Sequence[Any]]) -> str:
        """Return the request for some rows."""
        if self._content_type == CSV:
            return _csv(rows)
        if self._content_type == JSON:
            records = ",".join(self._filled(self._config.record_template or "$features", row) for row in rows)
            return string.Template(self._config.content_template or "$records").safe_substitute(records=f"[{records}]")
        return "\n".join(self._filled(self._config.content_template or DEFAULT_CONTENT_TEMPLATE, row) for row in rows)

    def _filled(self, template: str, row: Sequence[Any]) -> str:
        values = [_number_of(value) for value in row] if self._is_text else list(row)
        pairs = dict(zip(self._names, values, strict=True))
        return string.Template(template).safe_substitute(
            features=orjson.dumps(values).decode(), features_kvp=orjson.dumps(pairs).decode()
        )

    def _post(self, body: str) -> tuple[PayloadKind, str]:
        begin = time.perf_counter()
        try:
            return self._answer(body)
        finally:
            self.seconds += time.perf_counter() - begin

    def _answer(self, body: str) -> tuple[PayloadKind, str]:
        headers = {"Content-Type": self._content_type, "Accept": self._accept_type}
        request = Request(self._url, data=body.encode(), headers=headers, method="POST")  # noqa: S310 - checked above
        try:
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - checked above
                content_type, text = response.headers.get("Content-Type", ""), response.read().decode()
        except HTTPError as error:
            detail = " ".join(error.read().decode(errors="replace").split())[:_MESSAGE_LENGTH]
            raise RefusedError(f"the model answered with status {error.code}: {detail}") from error
        except (URLError, TimeoutError, ConnectionError) as error:
            raise AnalysisError(f"the model at {self._url} does not answer: {error}") from error
        is_json = "json" in (content_type or self._accept_type)
        return (PayloadKind.JSON if is_json else PayloadKind.CSV), text


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    try:
        text = "\n".join(map(",".join, rows)) + "\n"
    except TypeError:  # values that are no texts
        text = '"'
    # Hundreds of thousands of rows are made for every row that is explained: those without anything to quote are
    # joined, which is many times as fast as a writer.
    breaks, separators = len(rows), sum(map(len, rows)) - len(rows)
    is_plain = '"' not in text and "\r" not in text and text.count("\n") == breaks
    if is_plain and text.count(",") == separators and min(map(len, rows), default=0) > 1:
        return text
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _number_of(value: object) -> object:
    """Return a value of a CSV file as the number that it is the text of, if it is one."""
    numeric = number(value)
    if numeric is None or not math.isfinite(numeric):
        return value
    return int(numeric) if is_whole(value) and abs(numeric) < _LARGEST_INTEGER else numeric
