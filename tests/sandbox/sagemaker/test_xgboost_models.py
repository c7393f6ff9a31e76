"""XGBoost models in the sandbox: as the built-in algorithm trains them, and with a script of one's own."""

import json
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import xgboost

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"{REGISTRY}/sagemaker-xgboost:1.7-1"
SCRIPT_MODE = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
# After https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-how-to-use.html
SCRIPT = b"""
import os
import pickle

import sagemaker_xgboost_container.encoder as encoder

def model_fn(model_dir):
    with open(os.path.join(model_dir, "xgboost-model"), "rb") as file:
        return pickle.load(file)

def input_fn(body, content_type):
    return encoder.csv_to_dmatrix(body.rstrip("\\n"))

def output_fn(predictions, accept):
    return "\\n".join(str(int(score > 0.5)) for score in predictions), "text/csv"
"""
ABSENT = b"import a_framework_of_ones_own\n"
ROWS = "0.1,0.2,0.3\n0.9,0.8,0.7\n"


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    features = np.random.default_rng(0).random((60, 3))
    labels = (features[:, 0] > 0.5).astype(int)
    matrix = xgboost.DMatrix(features, label=labels)
    return xgboost.train({"objective": "binary:logistic", "max_depth": 2, "nthread": 1}, matrix, 4)


@pytest.fixture(scope="module")
def scores(booster: xgboost.Booster) -> list[str]:
    """What the model says to ``ROWS``, as text."""
    rows = np.array([[float(cell) for cell in line.split(",")] for line in ROWS.split()])
    return [str(score) for score in booster.predict(xgboost.DMatrix(rows)).tolist()]


def create(world: Any, files: Mapping[str, bytes], environment: Mapping[str, str] | None = None) -> str:
    """A model of an archive with files."""
    name: str = world.unique("boosted")
    container = {"Image": IMAGE, "ModelDataUrl": world.put(f"models/{name}/model.tar.gz", world.archive(files))}
    world.sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=world.role,
        PrimaryContainer=container | {"Environment": dict(environment or {})},
    )
    return name


@pytest.fixture(scope="module")
def trained(session_world: Any, booster: xgboost.Booster) -> str:
    """A model without a script."""
    return create(session_world, {"xgboost-model": pickle.dumps(booster)})


def test_what_the_built_in_algorithm_trained_serves_and_is_captured(
    world: Any, trained: str, scores: list[str]
) -> None:
    endpoint = world.make_endpoint(world.make_config(trained, capture=world.capture()))
    answer = world.runtime.invoke_endpoint(EndpointName=endpoint, Body=ROWS, ContentType="text/csv")
    assert (answer["Body"].read().decode().split(), answer["ContentType"]) == (scores, "text/csv; charset=utf-8")
    answered = json.loads(world.invoke(endpoint, "0:0.1 1:0.2 2:0.3", "text/libsvm", Accept="application/json"))
    assert answered == {"predictions": [{"score": float(scores[0])}]}
    with pytest.raises(world.runtime.exceptions.ModelError, match=r"client error \(415\).*not an accepted ContentType"):
        world.invoke(endpoint, "[[1,2,3]]", "application/json")
    world.box.wait_until_idle()
    lines = [line for key in world.keys(f"capture/{endpoint}/") for line in world.read(key).splitlines()]
    captured = [json.loads(line)["captureData"] for line in lines]
    encodings = {(one["endpointInput"]["encoding"], one["endpointOutput"]["encoding"]) for one in captured}
    assert encodings == {("CSV", "CSV"), ("BASE64", "JSON")}
    (csv,) = [one for one in captured if one["endpointInput"]["encoding"] == "CSV"]
    assert (csv["endpointInput"]["data"], csv["endpointOutput"]["data"].split()) == (ROWS, scores)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_what_the_built_in_algorithm_trained_transforms_line_by_line(
    world: Any, trained: str, scores: list[str]
) -> None:
    place = world.unique("batch")
    name = world.unique("Transform")
    world.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=trained,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": world.put(f"{place}/in.csv", ROWS)}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{world.bucket}/{place}/out", "AssembleWith": "Line"},
        DataProcessing={"JoinSource": "Input"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    world.box.wait_until_idle()
    described = world.sagemaker.describe_transform_job(TransformJobName=name)
    assert described["TransformJobStatus"] == "Completed", described.get("FailureReason")
    rows = [f"{row},{score}" for row, score in zip(ROWS.split(), scores, strict=True)]
    assert world.read(f"{place}/out/in.csv.out").split() == rows


def test_a_script_serves_with_the_containers_own_decoders(world: Any, booster: xgboost.Booster) -> None:
    files = {"xgboost-model": pickle.dumps(booster), "code/inference.py": SCRIPT}
    endpoint = world.make_endpoint(world.make_config(create(world, files, SCRIPT_MODE)))
    assert world.invoke(endpoint, ROWS) == "0\n1"
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_model_whose_package_is_missing_says_how_to_install_it(world: Any) -> None:
    model = create(world, {"code/inference.py": ABSENT}, SCRIPT_MODE)
    endpoint = world.make_endpoint(world.make_config(model))
    reason = world.sagemaker.describe_endpoint(EndpointName=endpoint)["FailureReason"]
    assert "ModuleNotFoundError: No module named 'a_framework_of_ones_own'" in reason
    assert "-m pip install a_framework_of_ones_own" in reason
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
