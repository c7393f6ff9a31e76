"""Linear Learner: models that MXNet wrote, answered as MXNet answers, in the algorithm's formats."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.sagemaker.hosting.container.model_container import images, mxnet_parameters
from sandbox.sagemaker.hosting.container.model_container.contract import RefusedError

DATA = Path(__file__).with_name("data") / "linear-learner"
IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
KNOWN = json.loads((DATA / "answers.json").read_text())
ROWS = KNOWN["rows"]
CSV = "\n".join(",".join(map(str, row)) for row in ROWS)
Ask = Callable[..., Any]


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[str], Path]:
    """The unpacked archive of a model, by its predictor type."""

    def unpack(kind: str) -> Path:
        shutil.copy(DATA / f"{kind}.model_algo-1", tmp_path / "model_algo-1")
        return tmp_path

    return unpack


@pytest.fixture
def ask(archive: Callable[[str], Path]) -> Ask:
    def ask(kind: str, body: str = CSV, content_type: str = "text/csv", accept: str = "*/*") -> Any:
        folder = archive(kind)
        return images.load(folder, folder / "code", IMAGE).answer(body.encode(), content_type, accept)

    return ask


def test_a_regressor_answers_scores(ask: Ask) -> None:
    payload, answered = ask("regressor")
    predictions = json.loads(payload)["predictions"]
    assert [prediction["score"] for prediction in predictions] == pytest.approx(
        [score for (score,) in KNOWN["regressor"]]
    )
    assert ({tuple(prediction) for prediction in predictions}, answered) == ({("score",)}, "application/json")


def test_a_binary_classifier_labels_by_its_threshold(ask: Ask) -> None:
    payload, _ = ask("binary_classifier")
    predictions = json.loads(payload)["predictions"]
    scores = [prediction["score"] for prediction in predictions]
    assert scores == pytest.approx([score for (score,) in KNOWN["binary_classifier"]])
    assert scores[1] < 0.5  # and the threshold is 0.4
    assert [prediction["predicted_label"] for prediction in predictions] == [1, 1, 1]


def test_a_multiclass_classifier_answers_the_scores_of_all_classes(ask: Ask) -> None:
    payload, answered = ask("multiclass_classifier", accept="application/jsonlines")
    predictions = [json.loads(line) for line in payload.decode().splitlines()]
    for prediction, known in zip(predictions, KNOWN["multiclass_classifier"], strict=True):
        assert prediction["score"] == pytest.approx(known)
    assert [prediction["predicted_label"] for prediction in predictions] == [2, 1, 1]
    assert answered == "application/jsonlines"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"instances": [{"features": row} for row in ROWS]}), "application/json"),
        (json.dumps({"instances": [{"data": {"features": {"values": row}}} for row in ROWS]}), "application/json"),
        ("\n".join(json.dumps({"features": row}) for row in ROWS), "application/jsonlines"),
        (
            "\n".join(
                json.dumps({"data": {"features": {"keys": [2, 0, 1], "shape": [3], "values": [row[2], *row[:2]]}}})
                for row in ROWS
            ),
            "application/jsonlines",
        ),
        (CSV + "\n", "text/csv; charset=utf-8"),
    ],
    ids=["json", "json-long", "lines", "lines-sparse", "csv"],
)
def test_all_documented_requests_are_read(ask: Ask, body: str, content_type: str) -> None:
    assert ask("regressor", body, content_type) == ask("regressor")


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        ((CSV, "application/x-recordio-protobuf"), 415, "reads text/csv, application/json, application/jsonlines here"),
        ((CSV, "text/csv", "text/csv"), 406, "answers application/json and application/jsonlines here"),
        (("1,2", "text/csv"), 400, "unable to evaluate payload provided"),
        (("a,b,c", "text/csv"), 400, "unable to evaluate payload provided"),
        (('{"rows": []}', "application/json"), 400, "unable to evaluate payload provided: 'instances'"),
        (("[1, 2, 3]", "application/jsonlines"), 400, "unable to evaluate payload provided"),
    ],
    ids=["recordio", "accept-csv", "width", "text", "json", "lines"],
)
def test_other_requests_are_refused(ask: Ask, request_: tuple[str, ...], status: int, words: str) -> None:
    with pytest.raises(RefusedError, match=words) as error:
        ask("regressor", *request_)
    assert error.value.status == status


def test_an_operator_that_is_not_known_is_named_with_the_way_out(
    archive: Callable[[str], Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(archive("regressor") / "model_algo-1") as known:
        files = {name: known.read(name) for name in known.namelist()}
    files["mx-mod-symbol.json"] = files["mx-mod-symbol.json"].replace(b"LinearRegressionOutput", b"MakeLoss")
    with zipfile.ZipFile(tmp_path / "model_algo-1", "w") as changed:
        for name, content in files.items():
            changed.writestr(name, content)
    with pytest.raises(ValueError, match=r"Linear Learner has the operators MakeLoss.*a code/inference\.py"):
        images.load(tmp_path, tmp_path / "code", IMAGE)


def test_an_archive_without_its_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"model\.tar\.gz has no model_algo-1 at its root"):
        images.load(tmp_path, tmp_path / "code", IMAGE)
    (tmp_path / "model_algo-1").write_bytes(b"not a ZIP")
    with pytest.raises(ValueError, match=r"no model of Linear Learner: File is not a zip file; give the model"):
        images.load(tmp_path, tmp_path / "code", IMAGE)


def test_models_of_other_built_in_algorithms_name_the_algorithm(archive: Callable[[str], Path]) -> None:
    folder, image = archive("regressor"), "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
    with pytest.raises(ValueError, match=r"for the image kmeans: of these the sandbox serves linear-learner and XGB"):
        images.load(folder, folder / "code", image)


@pytest.mark.parametrize("cut", [4, 30, 60, 150])
def test_parameters_that_are_cut_off_are_no_model(cut: int) -> None:
    with zipfile.ZipFile(DATA / "regressor.model_algo-1") as known:
        content = known.read("mx-mod-0000.params")
    assert set(mxnet_parameters.read(content)) == {"fc0_weight", "fc0_bias"}
    with pytest.raises(ValueError, match="cut off"):
        mxnet_parameters.read(content[:cut])


def test_an_endpoint_of_linear_learner_is_captured(world: Any) -> None:
    name = world.unique("linear")
    files = {"model_algo-1": (DATA / "binary_classifier.model_algo-1").read_bytes()}
    url = world.put(f"models/{name}/model.tar.gz", world.archive(files))
    world.sagemaker.create_model(
        ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": url}
    )
    endpoint = world.make_endpoint(world.make_config(name, capture=world.capture()))
    answered = json.loads(world.invoke(endpoint, CSV, Accept="application/json"))
    assert [prediction["predicted_label"] for prediction in answered["predictions"]] == [1, 1, 1]
    world.box.wait_until_idle()
    (key,) = world.keys(f"capture/{endpoint}/")
    output = json.loads(world.read(key))["captureData"]["endpointOutput"]
    assert (output["encoding"], json.loads(output["data"])) == ("JSON", answered)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
