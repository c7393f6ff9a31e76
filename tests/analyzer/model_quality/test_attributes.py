"""Where predictions and labels may be: names, positions and paths, in every format."""

import polars as pl
import pytest

from analyzer.model_quality.columns import column_of
from tests.analyzer.lines import record, write_lines

BINARY = "BinaryClassification"


@pytest.mark.parametrize(
    ("attribute", "columns", "expected"),
    [
        ("score", ["label", "score"], "score"),
        ("1", ["_c0", "_c1", "groundTruthData"], "_c1"),
        ("0", ["groundTruthData", "value"], "value"),
        ("2", ["_c0", "_c1", "groundTruthData"], None),
        ("7", ["a", "7"], "7"),
        ("outer.inner", ["outer_inner"], "outer_inner"),
        ("$.outer.inner", ["outer_inner"], "outer_inner"),
        ("scores[1]", ["scores_0", "scores_1"], "scores_1"),
        ("$['outer']['inner'][0]", ["outer_inner_0"], "outer_inner_0"),
        ("predictions[0].score", ["score"], "score"),
        ("predictions[*].scores[1]", ["scores_0", "scores_1"], "scores_1"),
        ("predictions.score", ["score"], "score"),
        ("predictions.score", ["predictions_score", "score"], "predictions_score"),
        ("other", ["label"], None),
        ("", ["label"], None),
    ],
)
def test_an_attribute_means_a_column(attribute, columns, expected):
    assert column_of(attribute, columns) == expected


@pytest.mark.parametrize("dataset_format", ["csv", "json", "parquet"])
def test_every_format_of_a_baseline_gives_the_same_numbers(quality, tmp_path, dataset_format):
    frame = pl.DataFrame({"p": [0.9, 0.8, 0.3, 0.6], "predicted": [1, 1, 0, 1], "label": [1, 0, 0, 1]})
    path = tmp_path / "baseline"
    write = {"csv": frame.write_csv, "json": frame.write_ndjson, "parquet": frame.write_parquet}[dataset_format]
    write(path)
    done = quality(
        BINARY,
        path,
        dataset_format,
        inference_attribute="predicted",
        probability_attribute="p",
        ground_truth_attribute="label",
    )
    assert done.statistics["confusion_matrix"] == {"0": {"0": 1, "1": 1}, "1": {"0": 0, "1": 2}}
    assert done.values["auc"] == 0.75


def test_a_position_means_the_same_column_in_every_batch(quality, tmp_path):
    path = tmp_path / "baseline.jsonl"
    first = ['{"p": 0.9, "label": 1}', '{"p": 0.1, "label": 0}'] * 25_000
    second = ['{"label": 1, "p": 0.8}', '{"label": 0, "p": 0.2}'] * 10
    path.write_text("\n".join(first + second) + "\n")
    done = quality(BINARY, path, "json", probability_attribute="0", ground_truth_attribute="1")
    assert done.dataset["item_count"] == 50_020
    assert done.values["accuracy"] == 1.0


def test_columns_without_names_are_found_by_position(quality, table):
    source = table("baseline.csv", "0.9,1", "0.1,0")
    done = quality(BINARY, source, "headerless csv", probability_attribute="0", ground_truth_attribute="1")
    assert done.values["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("attribute", "output"),
    [
        ("score", '{"score": 0.9}'),
        ("predictions[0].score", '{"predictions": [{"score": 0.9}]}'),
        ("$.result.scores[1]", '{"result": {"scores": [0.1, 0.9]}}'),
        ("1", "[0.1, 0.9]"),
        ("0", "0.9"),
    ],
)
def test_captured_json_is_found_by_path(monitor, limits, attribute, output):
    constraints = limits("binary_classification", accuracy=(1.0, "Less"))
    pairs = [(output, 1), (output.replace("0.9", "0.2"), 0)]
    done = monitor(BINARY, pairs, constraints, probability_attribute=attribute, encoding="JSON")
    assert done.code == 0
    assert done.values["accuracy"] == 1.0


def test_a_request_of_several_rows_has_as_many_labels(monitor, limits):
    constraints = limits("binary_classification", accuracy=(1.0, "Less"))
    done = monitor(BINARY, [("0.9\n0.2\n0.8", "1\n0\n0")], constraints, probability_attribute="0")
    assert done.dataset["item_count"] == 3
    assert done.statistics["confusion_matrix"] == {"0": {"0": 1, "1": 1}, "1": {"0": 0, "1": 1}}


def test_a_preprocessing_script_makes_the_columns(monitor, limits, table):
    constraints = limits("binary_classification", accuracy=(1.0, "Less"))
    script = table(
        "script.py",
        "def preprocess_handler(record):",
        "    return {'probability': int(record.endpoint_output.data) / 100}",
    )
    done = monitor(
        BINARY,
        [("90", 1), ("20", 0)],
        constraints,
        probability_attribute="probability",
        record_preprocessor_script=script,
    )
    assert done.values["accuracy"] == 1.0


def test_a_postprocessing_script_runs_after_the_analysis(baseline, table, tmp_path):
    marker = tmp_path / "marker"
    script = table("script.py", "def postprocess_handler():", f"    open({str(marker)!r}, 'w').close()")
    rows = [(0, 0), (1, 1)]
    done = baseline(
        BINARY, "prediction,label", rows, inference_attribute="prediction", post_analytics_processor_script=script
    )
    assert done.code == 0
    assert marker.exists()


@pytest.mark.parametrize(
    ("rows", "encoding", "attribute"),
    [
        ([("34,rent,0.9", 1), ("51,own,0.2", 0)], "CSV", "2"),
        (
            [
                ('{"SageMakerOutput":{"score":0.9},"age":34}', 1),
                ('{"SageMakerOutput":{"score":0.2},"age":51}', 0),
            ],
            "JSON",
            "SageMakerOutput.score",
        ),
    ],
)
def test_predictions_are_found_behind_the_inputs_that_batch_transform_joins(
    quality, tmp_path, rows, encoding, attribute
):
    records = [
        record(event=str(label), encoding=encoding, label=str(label), label_encoding="CSV", batchTransformOutput=row)
        for row, label in rows * 50
    ]
    write_lines(tmp_path / "merged" / "2026" / "01" / "01" / "10" / "rows.out.jsonl", records)
    done = quality(
        BINARY,
        tmp_path / "merged",
        {"sagemakerMergeJson": {"captureIndexNames": ["batchTransformOutput"], "originalDatasetFormat": None}},
        probability_attribute=attribute,
    )
    assert done.code == 0, done.message
    assert done.values["accuracy"] == 1.0
