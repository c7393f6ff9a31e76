"""The files of a data set."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import Window

_HOUR_FOLDER = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/(\d{2})/[^/]+$")
# The folder's hour is that of the file, which can lie past that of the inference; the record's own time decides.
_FOLDER_TOLERANCE = timedelta(hours=1)


def find_files(source: Path) -> list[Path]:
    """Return the files of ``source``, a file or a folder of any depth, in the order of their paths.

    Names that start with ``_`` or ``.`` are markers of other programs (``_SUCCESS``), not data, as for Spark.

    Raises:
        AnalysisError: When there are none.
    """
    if source.is_file():
        return [source]
    files = sorted(path for path in source.rglob("*") if is_data(path))
    if not files:
        problem = "holds no files" if source.is_dir() else "does not exist"
        raise AnalysisError(f"dataset_source {source} {problem}")
    return files


def is_data(path: Path) -> bool:
    """Return whether a path is a file of data."""
    return path.is_file() and not path.name.startswith(("_", "."))


def may_hold_window(path: Path, window: Window) -> bool:
    """Return whether a file in an hour folder (``.../yyyy/mm/dd/hh/file``) can hold records of ``window``."""
    match = _HOUR_FOLDER.search(path.as_posix())
    if not match:
        return True
    year, month, day, hour = map(int, match.groups())
    try:
        begin = datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return True
    after_start = window.start is None or begin + timedelta(hours=1) + _FOLDER_TOLERANCE > window.start
    before_end = window.end is None or begin - _FOLDER_TOLERANCE < window.end
    return after_start and before_end
