"""Odd records of model-quality monitors: set apart and counted where that is asked for, whatever their number."""

import json

import pytest

from tests.analyzer.model_quality.conftest import MERGED

ROBUST = {"odd_records": "robust"}
PUBLISH = {"publish_cloudwatch_metrics": "Enabled", "sagemaker_monitoring_schedule_name": "credit-quality"}
GOOD = [("0.9", 1), ("0.2", 0), ("0.1", 1)] * 20
ODD = {"another width": "0.5,7", "no probability": "high", "empty": ""}


@pytest.fixture
def watch(quality, merged, limits):
    """Run a monitor of a binary problem on merged records, with or without limits."""

    def run(pairs, *, has_limits=True, encoding="CSV", **variables):
        given = {"baseline_constraints": limits("binary_classification", accuracy=(0.9, "Less"))} if has_limits else {}
        source = merged(pairs, encoding=encoding)
        return quality("BinaryClassification", source, MERGED, **given, **PUBLISH, **variables)

    return run


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("has_limits", [True, False], ids=["limits", "no limits"])
def test_robust_runs_go_on_however_many_records_are_odd(watch, kind, has_limits):
    pairs = [*GOOD[:30], *[(ODD[kind], 1)] * 40, *GOOD[30:]]
    done = watch(pairs, has_limits=has_limits, probability_attribute="0", **ROBUST)
    assert done.code == 0, done.message
    assert done.values["accuracy"] == pytest.approx(2 / 3)
    assert (sum(done.issues.values()), done.metrics["broken_records"]) == (40, 40.0)
    assert not has_limits or [violation["metric_name"] for violation in done.violations] == ["accuracy"]
    refused = watch(pairs, has_limits=has_limits, probability_attribute="0")
    assert refused.code == 1
    assert "too much of the input is broken" in refused.message


def test_robust_runs_set_rows_with_members_of_their_own_apart(watch):
    pairs = [(json.dumps({"p": float(p)}), y) for p, y in GOOD]
    pairs.insert(5, ('{"p": 0.1, "x": 1}', 1))
    variables = {"encoding": "JSON", "probability_attribute": "p"}
    robust, service = watch(pairs, **variables, **ROBUST), watch(pairs, **variables)
    assert (robust.dataset["item_count"], service.dataset["item_count"]) == (60, 61)
    assert robust.issues == {"columns that others lack": 1}
    assert "broken_records" not in service.metrics
