"""Rows that are unlike all others, in the traffic of bias and attribution monitors."""

import itertools
import json

import numpy as np
import pytest

from tests.analyzer.clarify.conftest import bias_config, clarify, loans, merged, served
from tests.analyzer.clarify.test_bias_monitor import MERGED, MONITOR, PUBLISH, captured, lines

__all__ = ["bias_config", "clarify", "loans", "merged", "served"]

ROBUST = {"odd_records": "robust"}
CAPTURED = {
    "dataset_format": json.dumps({"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}})
}


def issues(job):
    path = job.root / "output" / "data_issues.json"
    document = json.loads(path.read_text()) if path.exists() else {"broken_records": 0, "problems": []}
    return document["broken_records"], [problem["problem"] for problem in document["problems"]]


def broken_metric(job):
    return [metric["Value"] for metric in job.metrics if metric["MetricName"] == "broken_records"]


@pytest.fixture
def watch(clarify, merged, loans, bias_config):
    """Run a bias monitor on traffic that favours a group, with other records among it."""
    baseline = clarify(bias_config, lines(loans(1000))).root / "output" / "analysis.json"

    number = itertools.count()

    def run(others, *, encoding="CSV", **variables):
        traffic = loans(500, shift=0.3, seed=2)
        if encoding == "CSV":
            rows = captured(traffic)
        else:
            rows = [
                (json.dumps({"age": a, "sex": s, "dept": d}), json.dumps([p]), json.dumps([y]))
                for a, s, d, y, p in traffic
            ]
        rows[100:100] = others
        variables = {"baseline_constraints": baseline, "inference_attribute": "0"} | MERGED | PUBLISH | variables
        return clarify(MONITOR, merged(rows, encoding, name=f"records{next(number)}"), **variables)

    return run


ODD = {
    "another width": ("1,2", "1", "1"),
    "a text for an age": ("old,0,1", "1", "1"),
    "no finite number": ("1e999,0,1", "1", "1"),
    "a quote": ('30,"0,1', "1", "1"),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("count", [1, 400])
def test_robust_bias_monitors_analyse_what_is_not_odd(watch, kind, count):
    clean = watch([], **ROBUST)
    done = watch([ODD[kind]] * count, **ROBUST)
    assert done.code == 0, done.message
    assert done.violations
    assert (done.violations, done.analysis) == (clean.violations, clean.analysis)
    assert (issues(done)[0], broken_metric(done), broken_metric(clean)) == (count, [count], [0])


def test_by_default_too_many_odd_rows_end_the_run_and_nothing_more_is_published(watch):
    assert broken_metric(watch([ODD["another width"]])) == []
    done = watch([ODD["another width"]] * 100)
    assert done.code == 1
    assert "too much of the input is broken" in done.message


def test_members_go_to_their_features_in_any_order_and_others_are_set_apart(watch):
    clean = watch([], encoding="JSON", **ROBUST)
    odd = [
        ('{"age": 30, "sex": 0, "dept": 1, "x": 1}', "[1]", "[1]"),
        ('{"age": 30, "sex": [0], "dept": 1}', "[1]", "[1]"),
        ("[30, 0, 1]", "[1]", "[1]"),
    ]
    done = watch(odd, encoding="JSON", **ROBUST)
    assert done.analysis == clean.analysis
    assert issues(done)[0] == len(odd)
    # One row of the clean traffic, its members in another order: the same as if it stood there as all others do.
    ordered, reordered = [
        watch([(text, "[1]", "[1]")] * 4, encoding="JSON", **ROBUST).analysis
        for text in ('{"age": 70, "sex": 0, "dept": 1}', '{"sex": 0, "dept": 1, "age": 70}')
    ]
    assert ordered == reordered != clean.analysis


@pytest.mark.parametrize("odd", ["40,x", "999,2", "1,2,3"])
def test_robust_attribution_monitors_leave_out_what_the_model_refuses(clarify, merged, served, odd):
    """The model takes numbers up to 100 only, and answers nothing at all to a request that holds another one."""

    def answer(body):
        rows = np.loadtxt(body.splitlines(), delimiter=",", ndmin=2)
        return "\n".join(map(str, (rows @ [1.0, 2.0]).tolist())) + "\n" if rows.max() < 100 else "out of range"

    config = {
        "dataset_type": "text/csv",
        "headers": ["a", "b"],
        "methods": {"shap": {"baseline": [[0, 0]], "num_samples": 10}},
        "predictor": {},
    }
    rows = [(f"{number},{number + 1}", "1", None) for number in range(12)]
    url = served(answer)

    def explained(others, **variables):
        source = merged([*rows, *others], name=f"explained{len(others)}")
        return clarify(config, source, predictor_url=url, **CAPTURED, **PUBLISH, **variables)

    clean, done = explained([], **ROBUST), explained([(odd, "1", None)] * 5, **ROBUST)
    assert (clean.code, done.code) == (0, 0), done.message
    assert done.analysis == clean.analysis
    assert (issues(done)[0], broken_metric(done)) == (5, [5.0])
    assert explained([("999,2", "1", None)] * 2).code == 1
