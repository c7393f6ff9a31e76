"""XGBoost matrices from request bodies, as the XGBoost container reads them.

https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/encoder.py
"""

import csv
import tempfile
from collections.abc import Callable
from typing import Any

from .contract import BAD_MEDIA_TYPE, CSV, RefusedError, media_type

_SNIFFED = 512
"""How much of the first line tells the delimiter."""


def from_csv(content: str | bytes, dtype: Any = None) -> Any:
    """A dense matrix of 64-bit floats; an empty cell is a missing value. The first line tells the delimiter.

    Raises:
        ValueError: A cell is no number, or the content begins or ends with an empty line.
    """
    import numpy as np  # noqa: PLC0415 - the server itself needs neither
    import xgboost  # noqa: PLC0415 - a user's model brings it

    lines = _text(content).split("\n")
    if "" in (lines[0], lines[-1]):
        raise ValueError(
            "the XGBoost container's CSV decoder takes no empty line at the beginning or end: strip the body, or have "
            "input_fn do it"
        )
    sniffed = csv.Sniffer().sniff(lines[0][:_SNIFFED]).delimiter
    delimiter = "," if sniffed.isalnum() else sniffed
    rows = [[cell or "nan" for cell in line.split(delimiter)] for line in lines]
    return xgboost.DMatrix(np.array(rows).astype(dtype))


def from_libsvm(content: bytes) -> Any:
    """The matrix that XGBoost reads from a text file: every line that is not blank is a row.

    A line begins with its label: in one without, the first pair is taken for a label and its weight, as on AWS.

    Raises:
        TypeError: The content is text; scripts get it as bytes.
        xgboost.core.XGBoostError: It is empty.
    """
    import xgboost  # noqa: PLC0415 - see from_csv

    # The reader of text files is deprecated, which AWS's container does not say to its callers either.
    with tempfile.NamedTemporaryFile() as file, xgboost.config_context(verbosity=0):
        file.write(content)
        file.flush()
        return xgboost.DMatrix(f"{file.name}?format=libsvm")


def from_libsvm_pairs(content: str | bytes) -> Any:
    """A sparse matrix of the ``index:value`` pairs alone, which algorithm mode reads; indices count from 0.

    Labels are left aside, and so are rows without pairs at the end.

    Raises:
        ValueError: An index or value is no number.
    """
    import xgboost  # noqa: PLC0415 - see from_csv
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - comes with XGBoost

    lines = _text(content).strip().split("\n")
    cells = [(row, pair.split(":")) for row, line in enumerate(lines) for pair in line.split() if ":" in pair]
    rows, columns = [row for row, _ in cells], [int(pair[0]) for _, pair in cells]
    return xgboost.DMatrix(csr_matrix(([float(pair[1]) for _, pair in cells], (rows, columns))))


_READERS: dict[str, Callable[[Any], Any]] = {
    CSV: from_csv,
    "text/libsvm": from_libsvm,
    "text/x-libsvm": from_libsvm,
}


def decode(content: str | bytes, content_type: str) -> Any:
    """The matrix of a request.

    Raises:
        RefusedError: The content type is neither CSV nor libsvm.
        ValueError: The content is not what the type says.
    """
    reader = _READERS.get(media_type(content_type))
    if reader is None:
        raise RefusedError(
            BAD_MEDIA_TYPE,
            f"Content type {content_type} is not supported by this framework: the default input_fn of XGBoost's "
            f"container reads {', '.join(_READERS)} here",
        )
    return reader(content)


def _text(content: str | bytes) -> str:
    return content.decode() if isinstance(content, bytes) else content
