"""Record preprocessing and post-analytics scripts: single Python files of the user.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

import importlib.util
import inspect
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from analyzer.job.failure import AnalysisError
from analyzer.job.issues import Location
from analyzer.text.spark import to_text

_PREPROCESS, _POSTPROCESS = "preprocess_handler", "postprocess_handler"
_WITH_LOGGER = 2

_log = logging.getLogger(__name__)


class PreprocessingScript:
    """A script that makes rows of records.

    Its ``preprocess_handler(inference_record)``, or ``preprocess_handler(inference_record, logger)``, returns a flat
    dict of column to value, a list of such dicts for several rows, or an empty list to leave the record out.

    Raises:
        AnalysisError: When the file cannot be loaded or lacks the function.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handler = _function(path, _PREPROCESS, "Preprocess")
        self._takes_logger = len(inspect.signature(self._handler).parameters) >= _WITH_LOGGER

    def rows(self, record: Any, location: Location) -> list[dict[str, str | None]]:  # noqa: ANN401 - see ScriptInput
        """Return the rows that the script makes of one record, their values as texts.

        Raises:
            AnalysisError: As `call`.
        """
        return [{str(name): to_text(value) for name, value in row.items()} for row in self.call(record, location)]

    def call(self, record: Any, location: Location) -> list[dict[Any, Any]]:  # noqa: ANN401 - see ScriptInput
        """Return the rows that the script makes of one record, as it returned them.

        Raises:
            AnalysisError: When the script fails or returns something else than rows; the text names the record.
        """
        arguments = (record, logging.getLogger(self._path.stem)) if self._takes_logger else (record,)
        try:
            returned = self._handler(*arguments)
        except (Exception, SystemExit) as error:
            reason = f"Exception while invoking preprocessor script on the record at {location}: "
            raise _script_error(self._path, reason, error) from error
        rows = [returned] if isinstance(returned, dict) else returned
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise AnalysisError(
                f"Preprocess Handler not implemented correctly in customer script. {_PREPROCESS} of {self._path} "
                f"returned {type(returned).__name__} for the record at {location}, "
                "expected a dict, a list of dicts or []"
            )
        return rows


def run_postprocessing(path: Path) -> None:
    """Call ``postprocess_handler()`` of a script.

    Raises:
        AnalysisError: When the file cannot be loaded, lacks the function, or the function fails.
    """
    handler = _function(path, _POSTPROCESS, "Postprocess")
    try:
        handler()
    except (Exception, SystemExit) as error:
        raise _script_error(path, "Exception while invoking postprocessor script: ", error) from error


def _function(path: Path, name: str, kind: str) -> Callable[..., Any]:
    handler = getattr(_load(path), name, None)
    if not callable(handler):
        raise AnalysisError(f"{kind} Handler not implemented correctly in customer script. {path} defines no {name}")
    return handler  # type: ignore[no-any-return]  # callable() cannot know what a user's function returns


def _load(path: Path) -> ModuleType:
    # A name of its own: a script called json.py must not take the place of the standard module.
    spec = importlib.util.spec_from_file_location(f"customer_script_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise AnalysisError(f"{path} is not a Python file; a script is a single .py file")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise _script_error(path, "Exception while loading customer script: ", error) from error
    return module


def _script_error(path: Path, reason: str, error: BaseException) -> AnalysisError:
    _log.error("%s%s", reason, "".join(traceback.format_exception(error)))
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    place = f"{path}, line {lines[-1]}" if lines else str(path)
    return AnalysisError(f"{reason}{type(error).__name__}: {error} ({place}; the log has the traceback)")
