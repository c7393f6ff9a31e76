"""Contracts of the scikit-learn and XGBoost containers, asked without a server."""

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import xgboost
from sklearn.linear_model import LinearRegression

from sandbox.sagemaker.hosting.container.model_container import images
from sandbox.sagemaker.hosting.container.model_container.contract import RefusedError
from sandbox.sagemaker.hosting.container.model_container.server import explained

NEW = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
OLD = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:0.90-2-cpu-py3"
FIRST = "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"
SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
LINEAR = """
import joblib, pathlib

def model_fn(model_dir):
    return joblib.load(pathlib.Path(model_dir) / "model.joblib")
"""
BOOSTED = """
import pathlib, pickle

def model_fn(model_dir):
    return pickle.loads((pathlib.Path(model_dir) / "xgboost-model").read_bytes())
"""
ROWS = [[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]]
CSV_ROWS = "0.1,0.2,0.3\n0.9,0.8,0.7"


def train(seed: int = 0, rounds: int = 4) -> xgboost.Booster:
    features = np.random.default_rng(seed).random((60, 3))
    labels = (features[:, 0] > 0.5).astype(int)
    parameters = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1}
    return xgboost.train(parameters, xgboost.DMatrix(features, label=labels), rounds)


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    return train()


@pytest.fixture(scope="module")
def scores(booster: xgboost.Booster) -> list[float]:
    predictions: list[float] = booster.predict(xgboost.DMatrix(np.array(ROWS))).tolist()
    return predictions


@pytest.fixture
def trained(tmp_path: Path, booster: xgboost.Booster) -> Path:
    """What the built-in algorithm leaves."""
    (tmp_path / "xgboost-model").write_bytes(pickle.dumps(booster))
    return tmp_path


@pytest.fixture
def with_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a script into the archive, named as AWS's SDK names it."""
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "inference.py")
    monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", "/opt/ml/model/code")
    monkeypatch.setattr(sys, "path", list(sys.path))

    def put(script: str) -> Path:
        (tmp_path / "code").mkdir()
        (tmp_path / "code" / "inference.py").write_text(script)
        return tmp_path

    return put


def load(folder: Path, image: str) -> Any:
    """The model of an archive whose script, if any, is part of it."""
    return images.load(folder, folder / "code", image)


def ask(folder: Path, image: str, body: str = CSV_ROWS, content_type: str = "text/csv", accept: str = "*/*") -> Any:
    payload, answered = load(folder, image).answer(body.encode(), content_type, accept)
    return payload.decode(), answered


@pytest.mark.parametrize("extension", ["json", "ubj"])
def test_a_model_in_xgboosts_own_format_answers_as_the_pickled_one(
    tmp_path: Path, trained: Path, booster: xgboost.Booster, extension: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    booster.save_model(other / f"xgboost-model.{extension}")
    assert ask(other, NEW) == ask(trained, NEW)


@pytest.mark.parametrize("image", [OLD, FIRST], ids=["before-1.2-2", "first-generation"])
def test_old_images_answer_one_line_of_csv_whatever_is_accepted(trained: Path, scores: list[float], image: str) -> None:
    for accept in ("text/csv", "application/json", "*/*"):
        assert ask(trained, image, accept=accept) == (f"{scores[0]},{scores[1]}", "text/csv; charset=utf-8")


@pytest.mark.parametrize("image", [NEW, "sagemaker-xgboost@sha256:12", "private/sagemaker-xgboost:mine"])
def test_new_images_answer_in_the_type_that_is_accepted(trained: Path, scores: list[float], image: str) -> None:
    lines = f"{scores[0]}\n{scores[1]}\n"
    assert ask(trained, image) == (lines, "text/csv; charset=utf-8")
    assert ask(trained, image, accept="text/csv;q=1") == (lines, "text/csv; charset=utf-8")
    text, answered = ask(trained, image, accept="application/json")
    assert json.loads(text) == {"predictions": [{"score": score} for score in scores]}
    assert answered == "application/json"


@pytest.mark.parametrize("image", [NEW, OLD])
def test_batch_transform_gets_a_line_for_each_prediction(
    trained: Path, scores: list[float], image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_BATCH", "true")
    assert ask(trained, image)[0] == f"{scores[0]}\n{scores[1]}\n"


def test_several_models_are_averaged(trained: Path, scores: list[float]) -> None:
    second = train(seed=1)
    (trained / "xgboost-model-1").write_bytes(pickle.dumps(second))
    expected = (np.array(scores) + second.predict(xgboost.DMatrix(np.array(ROWS)))) / 2
    assert [float(line) for line in ask(trained, NEW)[0].split()] == pytest.approx(expected.tolist())


def test_rounds_after_the_best_one_are_left_out(tmp_path: Path) -> None:
    stopped = train(rounds=6)
    stopped.set_attr(best_iteration="1")
    (tmp_path / "xgboost-model").write_bytes(pickle.dumps(stopped))
    expected = stopped.predict(xgboost.DMatrix(np.array(ROWS)), iteration_range=(0, 2)).tolist()
    assert [float(line) for line in ask(tmp_path, NEW)[0].split()] == expected


@pytest.mark.parametrize("prefix", ["", "1 "], ids=["bare", "labelled"])
def test_libsvm_may_have_labels(trained: Path, scores: list[float], prefix: str) -> None:
    body = f"{prefix}0:0.1 1:0.2 2:0.3\n{prefix}0:0.9 1:0.8 2:0.7\n"
    assert [float(line) for line in ask(trained, NEW, body, "text/libsvm")[0].split()] == scores


def test_an_empty_cell_is_a_missing_value(trained: Path, booster: xgboost.Booster) -> None:
    expected = booster.predict(xgboost.DMatrix(np.array([[np.nan, 0.2, 0.3]]))).item()
    assert float(ask(trained, NEW, ",0.2,0.3\n")[0]) == expected


@pytest.mark.parametrize(
    ("sent", "accept", "status", "words"),
    [
        (("[[1,2,3]]", "application/json"), "*/*", 415, "application/json is not an accepted ContentType"),
        (("a,b,c", "text/csv"), "*/*", 415, "please ensure data is in csv format"),
        (("1", "text/csv; a=b"), "*/*", 400, "csv inference data 1 is not consistent with .* trained model 3"),
        (("1,2,3,4", "text/csv"), "*/*", 400, "csv inference data 4 is not consistent with .* trained model 3"),
        ((CSV_ROWS, "text/csv"), "text/xml", 406, "text/xml is not supported. Please use supported accept types"),
    ],
    ids=["type", "content", "columns-missing", "columns-too-many", "accept"],
)
def test_algorithm_mode_refuses_with_the_containers_status(
    trained: Path, sent: tuple[str, str], accept: str, status: int, words: str
) -> None:
    with pytest.raises(RefusedError, match=words) as error:
        ask(trained, NEW, *sent, accept)
    assert error.value.status == status


def test_a_row_may_be_one_column_short(trained: Path, booster: xgboost.Booster) -> None:
    expected = booster.predict(xgboost.DMatrix(np.array([[0.1, 0.2]])), validate_features=False).item()
    assert float(ask(trained, NEW, "0.1,0.2\n")[0]) == expected


def test_columns_are_counted_for_pickled_models_only(tmp_path: Path, booster: xgboost.Booster) -> None:
    booster.save_model(tmp_path / "xgboost-model.json")
    expected = booster.predict(xgboost.DMatrix(np.array([[0.1], [0.9]])), validate_features=False).tolist()
    assert [float(line) for line in ask(tmp_path, NEW, "0.1,\n0.9,\n")[0].split()] == expected


def test_a_folder_without_a_model_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a file such as xgboost-model at its root"):
        load(tmp_path, NEW)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "xgboost-model").write_text("{}")
    with pytest.raises(ValueError, match="xgboost-model is no model: not a pickled one"):
        load(tmp_path, NEW)


def test_selected_outputs_are_refused(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEMAKER_INFERENCE_OUTPUT", "predicted_label")
    with pytest.raises(ValueError, match="leave SAGEMAKER_INFERENCE_OUTPUT out"):
        load(trained, NEW)


@pytest.mark.parametrize("image", [NEW, SCIKIT_LEARN], ids=["xgboost", "scikit-learn"])
@pytest.mark.parametrize("variable", ["SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"])
def test_a_script_that_the_container_would_not_find_is_refused(
    with_script: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, image: str, variable: str
) -> None:
    folder = with_script(BOOSTED)
    monkeypatch.delenv(variable)
    with pytest.raises(
        ValueError, match=rf"runs code/inference\.py only if the environment of the model .* {variable}="
    ):
        load(folder, image)


def test_an_image_of_ones_own_needs_no_variables(
    fitted: Path, with_script: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_script(LINEAR)
    monkeypatch.delenv("SAGEMAKER_PROGRAM")
    monkeypatch.delenv("SAGEMAKER_SUBMIT_DIRECTORY")
    assert json.loads(ask(folder, "registry.example/scoring:3", "[[1, 1]]", "application/json")[0]) == [
        pytest.approx(6.0)
    ]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CSV_ROWS, "text/csv"),
        (CSV_ROWS, "text/csv; charset=utf-8"),
        (CSV_ROWS.replace(",", ";"), "text/csv"),
        ("1 0:0.1 1:0.2 2:0.3\n0 0:0.9 1:0.8 2:0.7\n", "text/x-libsvm"),
    ],
    ids=["csv", "charset", "semicolons", "libsvm"],
)
def test_an_xgboost_script_with_only_a_model_gets_the_containers_defaults(
    trained: Path, with_script: Callable[[str], Path], scores: list[float], body: str, content_type: str
) -> None:
    text, answered = ask(with_script(BOOSTED), NEW, body, content_type)
    assert json.loads(text) == pytest.approx(scores)
    assert answered == "application/json"
    lines, _ = ask(trained, NEW, body, content_type, "text/csv")
    assert [float(line) for line in lines.splitlines()] == pytest.approx(scores)


def test_xgboosts_default_reader_stumbles_over_a_last_newline_as_on_aws(
    trained: Path, with_script: Callable[[str], Path]
) -> None:
    with pytest.raises(ValueError, match="takes no empty line at the beginning or end"):
        ask(with_script(BOOSTED), NEW, CSV_ROWS + "\n")


@pytest.fixture
def fitted(tmp_path: Path) -> Path:
    """A scikit-learn model in an archive."""
    model = LinearRegression().fit([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [1.0, 3.0, 4.0])
    joblib.dump(model, tmp_path / "model.joblib")
    return tmp_path


def test_a_scikit_learn_script_with_only_a_model_gets_the_containers_defaults(
    fitted: Path, with_script: Callable[[str], Path]
) -> None:
    folder = with_script(LINEAR)
    text, answered = ask(folder, SCIKIT_LEARN, "1,1\n2,0\n", accept="text/csv")
    assert [float(line) for line in text.splitlines()] == pytest.approx([6.0, 5.0])
    assert answered == "text/csv; charset=utf-8"
    text, answered = ask(folder, SCIKIT_LEARN, "[[1, 1]]", "application/json")
    assert json.loads(text) == pytest.approx([6.0])
    assert answered == "application/json"


def test_scikit_learns_default_reader_makes_one_row_a_vector_as_on_aws(
    fitted: Path, with_script: Callable[[str], Path]
) -> None:
    with pytest.raises(ValueError, match="Expected 2D array"):
        ask(with_script(LINEAR), SCIKIT_LEARN, "1,1\n")


def test_scikit_learns_default_reader_takes_no_parameters_of_a_type(
    fitted: Path, with_script: Callable[[str], Path]
) -> None:
    with pytest.raises(RefusedError, match="text/csv; charset=utf-8 is not supported") as error:
        ask(with_script(LINEAR), SCIKIT_LEARN, "1,1\n2,0\n", "text/csv; charset=utf-8")
    assert error.value.status == 415


def test_transform_fn_stands_alone(with_script: Callable[[str], Path]) -> None:
    script = "def model_fn(d): ...\ndef transform_fn(m, b, c, a): ...\ndef input_fn(b, c): ...\n"
    with pytest.raises(ValueError, match="Cannot use transform_fn implementation with input_fn"):
        load(with_script(script), SCIKIT_LEARN)


@pytest.mark.parametrize(("module", "package"), [("sklearn.svm", "scikit-learn"), ("lightgbm", "lightgbm")])
def test_a_missing_package_is_named_with_the_way_to_install_it(module: str, package: str) -> None:
    text = explained(ModuleNotFoundError(f"No module named '{module}'", name=module))
    assert text.startswith(f"No module named '{module}'")
    assert f"run '{sys.executable} -m pip install {package}'" in text
