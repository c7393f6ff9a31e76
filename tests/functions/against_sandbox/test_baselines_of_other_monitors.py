"""Baselines of other monitors than data quality from real processing jobs."""

import json

import pytest

ROWS = [(n % 2, int(n % 10 < 5) ^ (n % 2), n % 7, "MF"[n % 3 == 0]) for n in range(300)]
DATASET = "predicted,label,age,sex\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"


@pytest.fixture
def source(world):
    world.s3.put_object(Bucket="data", Key="predictions.csv", Body=DATASET)
    return {"dataset": {"uri": "s3://data/predictions.csv", "format": {"csv": {"header": True}}}}


def test_bias(world, deploy, source):
    config = {
        "label": "label",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
    }
    properties = world.properties(
        "bias",
        MonitorType="ModelBias",
        ImageUri=CLARIFY,
        Source=source,
        AnalysisConfig=config,
        BaselineConfig={"predicted_label": "predicted"},
    )
    data = deploy("Create", properties)
    assert world.json(data["ConfigUri"]) == config
    (facet,) = world.json(data["ConstraintsUri"])["post_training_bias_metrics"]["facets"]["sex"]
    share = {
        group: sum(row[0] for row in ROWS if row[3] == group) / sum(row[3] == group for row in ROWS) for group in "MF"
    }
    values = {metric["name"]: metric["value"] for metric in facet["metrics"]}
    assert json.dumps(facet["value_or_threshold"]) == '"F"'
    assert values["DPPL"] == pytest.approx(share["M"] - share["F"])
