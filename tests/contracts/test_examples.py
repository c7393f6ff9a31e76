"""A record is named for a value exactly where the analysis counts the value against its feature."""

from __future__ import annotations

import polars as pl
import pytest

from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.data_quality.profile.types import DataType
from results.rows import text_of
from results.rules import value_rules
from run_report.model import VIOLATIONS, Run, RunReport
from run_report.violations import parse_violation
from tests.report.conftest import NOON

_TEXTS = ["1", "-1", "+ 3", "1.0", ".5", "1.", "1e5", "1.5E-3", "nan", "true", "True", "", " ", "x", "1 2", "٣", "1\n"]
_TYPE = "Data type match requirement is not met. Expected data type: {}, Expected match: 100.0%. Observed: Only 9.0%."


def _breaks(check: str, description: str, text: str) -> bool:
    violation = {"feature_name": "age", "constraint_check_type": check, "description": description}
    run = Run("endpoint credit", "DataQuality", "credit", NOON, (NOON, NOON), VIOLATIONS)
    details = RunReport(run, findings=(parse_violation(violation),))
    (rule,) = value_rules(details, {}, ["age"])
    return rule.breaks(text_of(text))


@pytest.mark.parametrize("text", _TEXTS)
@pytest.mark.parametrize("expected", [DataType.INTEGRAL, DataType.FRACTIONAL, DataType.STRING])
def test_types_are_told_as_the_analyzer_does(text: str, expected: DataType) -> None:
    profile = ColumnProfile()
    profile.update(pl.Series([text]))
    is_wrong = profile.num_present > 0 and not profile.types.matching(expected)
    assert _breaks("data_type_check", _TYPE.format(expected.value), text) is is_wrong


@pytest.mark.parametrize("text", _TEXTS)
def test_missing_values_are_told_as_the_analyzer_does(text: str) -> None:
    profile = ColumnProfile()
    profile.update(pl.Series([text]))
    assert _breaks("completeness_check", "", text) is (profile.num_missing == 1)
