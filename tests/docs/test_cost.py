"""The page about cost calculates right, with prices that it names, and counts what the templates have."""

from __future__ import annotations

import ast
import json
import operator
import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
CALCULATIONS = re.findall(r"`([\d.]+ [-+x/] [^`=]+) = ([\d.]+)`", PAGE)
PRICES = {float(price) for price in re.findall(r"^\| [^|]+ \| ([\d.]+) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)}
OPERATORS = {ast.Add: operator.add, ast.Mult: operator.mul, ast.Div: operator.truediv}
# Shares of an hour, a month or a gigabyte, which are no prices.
AMOUNTS = {30.4, 0.001, 0.0001, 0.25}


def value(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp):
        return float(OPERATORS[type(node.op)](value(node.left), value(node.right)))
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int | float)
    return float(node.value)


def test_the_page_has_calculations_and_prices() -> None:
    assert len(CALCULATIONS) > 20
    assert len(PRICES) > 10


@pytest.mark.parametrize(("calculation", "result"), CALCULATIONS)
def test_a_calculation_is_right(calculation: str, result: str) -> None:
    found = value(ast.parse(calculation.replace(" x ", " * "), mode="eval").body)
    assert f"{found:.{len(result.partition('.')[2])}f}" == result


@pytest.mark.parametrize(("calculation", "result"), CALCULATIONS)
def test_a_calculation_uses_prices_of_the_table_and_results_of_others(calculation: str, result: str) -> None:
    numbers = {float(number) for number in re.findall(r"\d+\.\d+", calculation)}
    results = {float(other) for _, other in CALCULATIONS if other != result}
    assert numbers - PRICES - AMOUNTS - results == set()


def test_each_price_names_its_source() -> None:
    rows = re.findall(r"^\| [^|]+ \| [\d.]+ \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert [row for row in rows if "AWS" not in row and "**Not verified**" not in row] == []


def test_the_summary_is_what_the_calculations_say() -> None:
    said = [int(number) for number in re.findall(r"about (\d+)", PAGE.partition("\n## ")[0])]
    assert len(said) == 3
    assert set(said) <= {round(float(result)) for _, result in CALCULATIONS}


def test_a_model_has_the_alarms_that_the_page_counts() -> None:
    # One endpoint of monitoring.yaml with data quality; `categorical` adds the alarm on records that are left out.
    template = json.loads((ROOT / "tests/stacks/snapshots/default/ModelMonitoring-credit-risk.json").read_text())
    types = [resource["Type"] for resource in template["Resources"].values()]
    assert types.count("AWS::CloudWatch::Alarm") == 4 + 1
    assert types.count("AWS::CloudWatch::CompositeAlarm") == 1
    assert "| alarms | 4:" in PAGE
