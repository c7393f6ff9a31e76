"""Mistakes get an answer: a documented exception that says what was got, what is expected and how to fix it.

`make fuzz` runs longer: `FUZZ_SECONDS` is the time for each of the front ends, `FUZZ_SEED` the seed.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import aws_cdk as cdk
import pytest

from model_monitor import ConfigurationError
from stacks.fleet import make_stacks
from stacks.loading import load
from stacks.problems import InvalidConfigurationError
from tests.fuzz.python_calls import Call, calls, method_calls
from tests.fuzz.yaml_files import files

SEED = int(os.environ.get("FUZZ_SEED", "6"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "2"))
_LONGEST_CASE = 20.0  # of CPU time; a hang takes forever, a busy machine does not use it
_MOST = 1_000_000
_PYTHON = re.compile(r"(?<!config)(?<!charset)(?<=\w)=\S|\bNone\b|\bTrue\b|\bFalse\b|\w\(\.\.\.\)")


class Clock:
    """Time for all cases, and for each."""

    def __init__(self, *, share: float = 1) -> None:
        self._end = time.process_time() + SECONDS * share
        self._started = 0.0
        self.cases = self.refused = 0

    def more(self) -> bool:
        """Return whether there is time for another case."""
        self._started = time.process_time()
        self.cases += 1
        return self._started < self._end

    def require_quick(self, case: str) -> None:
        """Check that the case did not take long."""
        assert time.process_time() - self._started < _LONGEST_CASE, f"slow: {case}"


# A second is twenty thousand calls. Of methods, the CDK's own process does most of the work, whose time is not counted.
@pytest.mark.parametrize(("kind", "share"), [(calls, 0.5), (method_calls, 0.2)])
def test_wrong_calls_of_the_library_are_refused_with_what_to_do(
    kind: Callable[[Random, int], Iterator[Call]], share: float, record_property: pytest.RecordProperty
) -> None:
    clock = Clock(share=share)
    for call in kind(Random(SEED), _MOST):
        if not clock.more():
            break
        try:
            call.run()
        except ConfigurationError as error:
            clock.refused += 1
            _require_parts(error, call.text)
        except Exception as error:
            pytest.fail(f"{call.text}: {type(error).__name__}: {error}")
        clock.require_quick(call.text)
    _report(record_property, kind.__name__, clock)


def test_wrong_files_are_refused_with_what_to_do(tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    clock = Clock()
    file = tmp_path / "fleet.yaml"
    for text in files(Random(SEED), _MOST):
        if not clock.more():
            break
        file.write_text(text, encoding="utf-8")
        try:
            load(file)
        except InvalidConfigurationError as error:
            clock.refused += 1
            _require_answers(error, text)
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}\n{text[:2000]}")
        clock.require_quick(text[:2000])
    _report(record_property, "files", clock)


def test_wrong_files_make_no_stack_and_write_nothing(tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    clock = Clock()
    file, output = tmp_path / "fleet.yaml", tmp_path / "cdk.out"
    context = {"config": str(file), "aws:cdk:disable-asset-staging": True}
    for text in files(Random(SEED + 1), _MOST):
        if not clock.more():
            break
        file.write_text(text, encoding="utf-8")
        try:
            make_stacks(cdk.App(context=context, outdir=str(output)))
        except InvalidConfigurationError as error:
            clock.refused += 1
            _require_answers(error, text)
            assert not list(output.glob("*.template.json")), text[:2000]
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}\n{text[:4000]}")
        clock.require_quick(text[:2000])
    _report(record_property, "stacks", clock)


def _require_parts(error: ConfigurationError, text: str) -> None:
    str(error).encode("utf-8")
    assert "" not in (error.got, error.expected, error.fix), text


def _require_answers(error: InvalidConfigurationError, text: str) -> None:
    str(error).encode("utf-8")
    assert error.problems
    for problem in error.problems:
        assert "" not in (problem.got, problem.expected, problem.fix), text[:2000]
        assert not problem.expected.startswith(("Input", "Value")), f"pydantic's own words: {problem}"
        assert not _PYTHON.search(problem.fix), f"Python in the words of the file: {problem}"
        assert not problem.got.startswith("what the CDK refuses"), f"found by the CDK only: {problem}\n{text[:4000]}"


def _report(record_property: pytest.RecordProperty, what: str, clock: Clock) -> None:
    record_property(what, f"{clock.cases} cases, {clock.refused} refused")
    print(f"{what}: {clock.cases} cases, {clock.refused} refused")
    assert clock.refused > 0
