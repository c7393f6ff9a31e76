from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from aws_cdk import Stack

from model_monitor import AnalysisScript, S3Location

Refused = Callable[..., AbstractContextManager[None]]
_HANDLER = "preprocess_handler"


def _write(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_uploaded_as_an_asset(tmp_path: Path, stack: Stack) -> None:
    path = _write(tmp_path, "def preprocess_handler(inference_record):\n    return inference_record\n")
    location = AnalysisScript.from_asset(path).bind(stack, "Script", handler=_HANDLER)
    assert location.key.endswith(".py")
    assert stack.node.try_find_child("Script") is not None


def test_a_file_in_s3_is_taken_as_it_is(stack: Stack) -> None:
    location = S3Location.from_uri("s3://scripts/pre.py")
    assert AnalysisScript.from_location(location).bind(stack, "Script", handler=_HANDLER) is location


def test_refuses_a_file_that_does_not_exist(tmp_path: Path, stack: Stack, refused: Refused) -> None:
    with refused("missing.py", "an existing file"):
        AnalysisScript.from_asset(tmp_path / "missing.py").bind(stack, "Script", handler=_HANDLER)


@pytest.mark.parametrize("text", ["def preprocess_handler(:\n", "\N{NULL}"])
def test_refuses_a_file_that_is_no_python_and_names_the_line(
    text: str, tmp_path: Path, stack: Stack, refused: Refused
) -> None:
    with refused("syntax error", "a Python file"):
        AnalysisScript.from_asset(_write(tmp_path, text)).bind(stack, "Script", handler=_HANDLER)


def test_refuses_a_file_in_another_encoding(tmp_path: Path, stack: Stack, refused: Refused) -> None:
    path = tmp_path / "script.py"
    path.write_bytes("NAME = 'gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n'".encode("latin-1"))
    with refused("syntax error", "a Python file"):
        AnalysisScript.from_asset(path).bind(stack, "Script", handler=_HANDLER)


@pytest.mark.parametrize("text", ["", "def handler(record): ...", "class A:\n    def preprocess_handler(self): ...\n"])
def test_refuses_a_file_without_the_function_that_the_analyzer_calls(
    text: str, tmp_path: Path, stack: Stack, refused: Refused
) -> None:
    with refused("without a function preprocess_handler", "'def preprocess_handler(...)' at the top level"):
        AnalysisScript.from_asset(_write(tmp_path, text)).bind(stack, "Script", handler=_HANDLER)


@pytest.mark.parametrize(
    ("handler", "parameters", "is_fine"),
    [
        ("preprocess_handler", "record", True),
        ("preprocess_handler", "record, logger", True),
        ("preprocess_handler", "record, limit=3", True),
        ("preprocess_handler", "*records", True),
        ("preprocess_handler", "", False),
        ("preprocess_handler", "record, other", False),
        ("preprocess_handler", "record, logger, other", False),
        ("preprocess_handler", "record, *, limit", False),
        ("postprocess_handler", "", True),
        ("postprocess_handler", "report", False),
    ],
)
def test_the_function_must_take_what_the_analyzer_gives_it(
    handler: str, parameters: str, is_fine: bool, tmp_path: Path, stack: Stack, refused: Refused
) -> None:
    script = AnalysisScript.from_asset(_write(tmp_path, f"def {handler}({parameters}): ...\n"))
    if is_fine:
        assert script.bind(stack, "Script", handler=handler).key
        return
    with refused(f"with {handler}({parameters})", "parameter"):
        script.bind(stack, "Script", handler=handler)
