"""Mistakes in the keys of the four monitors and their inputs are told with line, path and fix."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from pydantic import TypeAdapter

from stacks.configuration import FleetConfig
from stacks.configuration.monitored import StackName
from stacks.loading import load

# Each begins with lines 1 to 3; what is below starts at line 4.
ENDPOINT = "endpoints:\n  credit:\n    capture: s3://records/capture\n"
QUALITY = """\
    model_quality:
      problem: {regression: {inference: 0}}
      ground_truth: s3://records/labels
      baseline: {statistics: s3://records/statistics.json, constraints: s3://records/constraints.json}
"""
BIAS = """\
    model_bias:
      label: defaulted
      label_values: [0]
      facets: [{name: sex}]
      attributes: {inference: 0}
      ground_truth: s3://records/labels
      baseline: {constraints: s3://records/analysis.json}
"""
EXPLAINABILITY = """\
    model_explainability:
      model: credit-model
      baseline: {constraints: s3://records/analysis.json}
"""


def described(problem):
    return (problem.line, ".".join(str(part) for part in problem.path[2:]), problem.got, problem.expected, problem.fix)


@pytest.mark.parametrize("monitor", [QUALITY, BIAS, EXPLAINABILITY], ids=["quality", "bias", "explainability"])
def test_the_shortest_monitor_of_each_kind_is_fine(write, monitor):
    assert load(write(ENDPOINT + monitor)).config.endpoints["credit"].capture == "s3://records/capture"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            QUALITY + "      treshold: {recall: 1}\n",
            (
                8,
                "model_quality.treshold",
                "the unknown key 'treshold'",
                "one of baseline, problem, ground_truth, name, mutes, schedule, compute, network, role, variables, "
                "preprocessor, postprocessor, thresholds, tolerance, alarms, columns",
                "did you mean 'thresholds'?",
            ),
            id="unknown key",
        ),
        pytest.param(
            QUALITY.replace("regression:", "regresion:"),
            (
                5,
                "model_quality.problem",
                "a mapping with the key 'regresion'",
                "{binary_classification: {probability: 0}}, {multiclass: {inference: 0}} or "
                "{regression: {inference: 0}}",
                "did you mean 'regression'?",
            ),
            id="misspelt problem",
        ),
        pytest.param(
            QUALITY.replace("{inference: 0}", "{probability: 0}"),
            (
                5,
                "model_quality.problem.regression.inference",
                "no 'inference'",
                "the key 'inference'",
                "add 'inference: ...'; docs/configuration.md explains it",
            ),
            id="regression without its number",
        ),
        pytest.param(
            QUALITY.replace("inference: 0", "inference: 0.5"),
            (
                5,
                "model_quality.problem.regression.inference",
                "0.5",
                "a whole number",
                "docs/configuration.md shows what belongs there",
            ),
            id="half a column",
        ),
        pytest.param(
            QUALITY + "      thresholds: {rmse: {worse: 1}}\n",
            (
                8,
                "model_quality.thresholds.rmse",
                "a mapping with the key 'worse'",
                "a number such as 0.8, or {worse_by: 0.05} for a limit relative to the baseline",
                "did you mean 'worse_by'?",
            ),
            id="misspelt limit",
        ),
        pytest.param(
            QUALITY.replace("s3://records/labels", "{location: s3://records/labels, end_offset_hours: -1}"),
            (6, "model_quality.ground_truth.end_offset_hours", "-1", "0 or more", "choose such a value"),
            id="negative offset",
        ),
        pytest.param(
            QUALITY + "      alarms: {minimum_label_coverage: sometimes}\n",
            (
                8,
                "model_quality.alarms.minimum_label_coverage",
                '"sometimes"',
                "a share such as 0.5, or never",
                "use one of these; docs/configuration.md explains them",
            ),
            id="neither share nor word",
        ),
        pytest.param(
            QUALITY + "      alarms: {drift: {age: 0.1}}\n",
            (
                8,
                "model_quality.alarms.drift",
                "the unknown key 'drift'",
                "one of any_violation, execution_failed, silence_after, no_data_after, minimum_label_coverage, metrics",
                "use one of these; docs/configuration.md explains them",
            ),
            id="alarm of another kind of monitor",
        ),
        pytest.param(
            BIAS.replace("[0]", "[no]"),
            (
                6,
                "model_bias.label_values.0",
                "false",
                "a number, or text in quotes; data hold 1 and 0 where YAML reads yes and no",
                "write one of these",
            ),
            id="label value that YAML takes for a truth value",
        ),
        pytest.param(
            BIAS.replace("[0]", "[.inf]"),
            (
                6,
                "model_bias.label_values.0",
                "Infinity",
                "a finite number, or text in quotes",
                "write the value as the data hold it",
            ),
            id="value without an end",
        ),
        pytest.param(
            QUALITY + "      alarms: {metrics: {rmse: .nan}}\n",
            (
                8,
                "model_quality.alarms.metrics.rmse",
                "NaN",
                "a finite number",
                "docs/configuration.md shows what belongs there",
            ),
            id="limit that is no number",
        ),
        pytest.param(
            BIAS.replace("[{name: sex}]", "[sex]"),
            (
                7,
                "model_bias.facets.0",
                '"sex"',
                "a mapping (key: value)",
                "remove the quotes, if there are any, and write the value alone",
            ),
            id="facet without a name",
        ),
        pytest.param(
            EXPLAINABILITY + "      shap: {baseline: 5}\n",
            (
                7,
                "model_explainability.shap.baseline",
                "5",
                "a list of rows such as [[39, 5000]], or the address of a file in S3",
                "write one of these",
            ),
            id="number for rows",
        ),
        pytest.param(
            EXPLAINABILITY + "      shap: {aggregation: mean_square}\n",
            (
                7,
                "model_explainability.shap.aggregation",
                '"mean_square"',
                "mean_abs, median or mean_sq",
                "did you mean 'mean_sq'?",
            ),
            id="word out of a closed set",
        ),
        pytest.param(
            EXPLAINABILITY.replace("model: credit-model", "model: {instance_type: ml.m5.large}"),
            (
                5,
                "model_explainability.model",
                "a mapping with the key 'instance_type'",
                "the name of a SageMaker model, or a mapping with the key 'name'",
                "use one of these; docs/configuration.md explains them",
            ),
            id="model without a name",
        ),
    ],
)
def test_a_mistake_is_told_with_line_path_and_fix(problems_of, text, told):
    assert described(problems_of(ENDPOINT + text)[0]) == told


def test_an_endpoint_needs_a_monitor(problems_of):
    (problem,) = problems_of(ENDPOINT)
    assert described(problem) == (
        2,
        "",
        "a mapping with the key 'capture'",
        "at least one of data_quality, model_quality, model_bias, model_explainability",
        "add 'data_quality: {baseline: ...}'",
    )


def test_monitors_of_different_kinds_cannot_share_a_name(problems_of):
    (problem,) = problems_of(ENDPOINT + QUALITY + EXPLAINABILITY + "      name: ModelQuality\n")
    assert problem.expected == "a 'name' of its own for every monitor"
    assert problem.fix == "got ModelQuality, ModelQuality; rename one, for example to ModelQualityDaily"


def test_a_file_needs_something_to_monitor(problems_of):
    (problem,) = problems_of("defaults: {tags: {owner: ml}}\n")
    assert (problem.line, problem.path) == (1, ())
    assert problem.expected == "at least one of endpoints, batch_transforms, served_elsewhere"


def test_an_endpoint_and_a_model_elsewhere_cannot_share_a_stack(problems_of):
    (problem,) = problems_of(ENDPOINT + QUALITY + ENDPOINT.replace("endpoints", "served_elsewhere") + QUALITY)
    assert problem.expected == "a stack of its own for everything that is monitored"


ELSEWHERE = ENDPOINT.replace("endpoints", "served_elsewhere")


def test_two_models_elsewhere_whose_names_make_one_stack_are_refused(problems_of):
    first, second = (ELSEWHERE.replace("credit:", f"{name}:") + QUALITY for name in ("credit_v2", "credit.v2"))
    (problem,) = problems_of(first + second.removeprefix("served_elsewhere:\n"))
    assert problem.expected == "a stack of its own for everything that is monitored"
    assert problem.fix == "ModelMonitoring-credit-v2 would hold several; change a 'stack_name'"


def test_a_model_elsewhere_is_called_as_its_writer_calls_it(problems_of):
    (problem,) = problems_of(ELSEWHERE.replace("credit:", "credit v2:") + QUALITY)
    assert problem.path == ("served_elsewhere", "credit v2")
    assert problem.expected.startswith("the `endpoint_name` of its capture writer: ")


@given(name=st.from_regex("[A-Za-z0-9][A-Za-z0-9._-]*", fullmatch=True), long=st.integers(1, 200))
def test_every_name_of_a_writer_makes_a_name_of_a_stack(name, long):
    monitor = {"baseline": {"dataset": "s3://training/train.csv"}}
    model = {"capture": "s3://records/capture", "data_quality": monitor}
    (found,) = FleetConfig.model_validate({"served_elsewhere": {name * long: model}}).monitored
    _, called, config = found
    assert called == name * long
    TypeAdapter(StackName).validate_python(config.stack_name_of(called))


@pytest.mark.parametrize(
    ("capture", "path", "got", "expected"),
    [
        ("{turn_om: {location: s3://records/x}}", "capture", "a mapping with the key 'turn_om'", "{turn_on: "),
        ("{turn_on: {sampling: 5}}", "capture.turn_on.location", "no 'location'", "the key 'location'"),
        ("{turn_on: {location: records}}", "capture.turn_on.location", '"records"', "s3://bucket/prefix"),
        ("{turn_on: {location: s3://records/x, sampling: 0.2}}", "capture.turn_on.sampling", "0.2", "a whole number"),
    ],
)
def test_a_capture_that_cannot_be_turned_on_is_told(problems_of, capture, path, got, expected):
    (problem,) = problems_of(ENDPOINT.replace("s3://records/capture", capture) + QUALITY)
    assert (problem.line, ".".join(problem.path[2:]), problem.got) == (3, path, got)
    assert expected in problem.expected


def test_batch_transform_has_no_capture_to_turn_on(problems_of):
    text = ENDPOINT.replace("endpoints", "batch_transforms").replace("s3://records/capture", "{turn_on: {}}")
    (problem,) = problems_of(text + "    files: [s3://records/inputs]\n" + QUALITY)
    assert problem.path[2:] == ("capture",)
    assert problem.expected.startswith("an address such as s3://bucket/prefix")


def test_batch_transform_needs_the_files_that_capture_lists(problems_of):
    (problem,) = problems_of(ENDPOINT.replace("endpoints", "batch_transforms") + QUALITY)
    assert (problem.line, problem.path[2:], problem.got) == (2, ("files",), "no 'files'")


def test_a_misspelt_kind_of_monitor_is_found(problems_of):
    (problem,) = problems_of(ENDPOINT + QUALITY.replace("model_quality", "model_qualty"))
    assert problem.fix == "did you mean 'model_quality'?"
