"""Linear Learner: what the built-in algorithm trained, read without MXNet.

``model_algo-1`` is a ZIP of a symbol (a graph of operators), its parameters, and what Linear Learner adds: the type of
predictor and the threshold. The parameters hold the normalization of features and labels already.

https://docs.aws.amazon.com/sagemaker/latest/dg/LL-in-formats.html
https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import mxnet_parameters
from .contract import ANY, BAD_MEDIA_TYPE, BAD_REQUEST, CSV, JSON, JSON_LINES, NOT_ACCEPTABLE, RefusedError, media_type

ARCHIVE = "model_algo-1"
_SYMBOL, _PARAMETERS, _MORE = "mx-mod-symbol.json", "mx-mod-0000.params", "additional-params.json"
_WAY_OUT = "give the model the image of scikit-learn's container and a code/inference.py that computes its predictions"
_THRESHOLD = 0.5
_REGRESSOR, _BINARY, _MULTICLASS = "regressor", "binary_classifier", "multiclass_classifier"


class LinearLearnerModel:
    """A linear model behind Linear Learner's formats.

    Raises:
        ValueError: It holds no model of Linear Learner, or one whose graph has other operators than those known.
    """

    def __init__(self, model_folder: Path) -> None:
        path = model_folder / ARCHIVE
        if not path.is_file():
            raise ValueError(
                f"model.tar.gz has no {ARCHIVE} at its root, where training jobs of Linear Learner leave it"
            )
        try:
            with zipfile.ZipFile(path) as archive:
                symbol, more = json.loads(archive.read(_SYMBOL)), json.loads(archive.read(_MORE))
                parameters = mxnet_parameters.read(archive.read(_PARAMETERS))
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise ValueError(f"{ARCHIVE} is no model of Linear Learner: {error}; {_WAY_OUT}") from error
        self._graph = _Graph(symbol, parameters)
        self._kind: str = more["predictor_type"]
        self._threshold = float(more.get("threshold", _THRESHOLD))
        if self._kind not in (_REGRESSOR, _BINARY, _MULTICLASS):
            raise ValueError(f"Linear Learner has no predictor_type {self._kind!r} here; {_WAY_OUT}")

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """See `contract.Model`."""
        answered = JSON if media_type(accept) in ANY else media_type(accept)
        if answered not in (JSON, JSON_LINES):
            raise RefusedError(
                NOT_ACCEPTABLE, f"Linear Learner answers {JSON} and {JSON_LINES} here, got Accept: {accept}"
            )
        predictions = [self._described(scores) for scores in self._scores(body, content_type)]
        if answered == JSON:
            return json.dumps({"predictions": predictions}).encode(), JSON
        return "".join(json.dumps(prediction) + "\n" for prediction in predictions).encode(), JSON_LINES

    def _scores(self, body: bytes, content_type: str) -> list[list[float]]:
        import numpy as np  # noqa: PLC0415 - few endpoints need it

        reader = _READERS.get(media_type(content_type))
        if reader is None:
            raise RefusedError(
                BAD_MEDIA_TYPE, f"Linear Learner reads {', '.join(_READERS)} here, got Content-Type: {content_type}"
            )
        try:
            rows = np.array([_dense(row) for row in reader(body.decode())], dtype="float32")
            scores: list[list[float]] = self._graph.evaluate(rows).tolist()
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise RefusedError(BAD_REQUEST, f"unable to evaluate payload provided: {error}") from error
        return scores

    def _described(self, scores: list[float]) -> dict[str, Any]:
        if self._kind == _REGRESSOR:
            return {"score": scores[0]}
        if self._kind == _BINARY:
            return {"score": scores[0], "predicted_label": int(scores[0] > self._threshold)}
        return {"score": scores, "predicted_label": scores.index(max(scores))}


class _Graph:
    """MXNet's graph of a linear model: operators whose inputs are earlier ones, the data, or parameters.

    Raises:
        ValueError: It has an operator that is not known here.
    """

    def __init__(self, symbol: dict[str, Any], parameters: dict[str, Any]) -> None:
        self._nodes: list[dict[str, Any]] = symbol["nodes"]
        self._head: int = symbol["heads"][0][0]
        self._parameters = parameters
        unknown = sorted({node["op"] for node in self._nodes} - set(_OPERATORS) - {_VARIABLE})
        if unknown:
            raise ValueError(
                f"this model of Linear Learner has the operators {', '.join(unknown)}, which the sandbox does not "
                f"compute (its loss is another than squared, absolute, logistic or softmax loss): {_WAY_OUT}"
            )

    def evaluate(self, rows: Any) -> Any:
        """The value of the graph's head for rows of features."""
        values: list[Any] = []
        for node in self._nodes:
            if node["op"] == _VARIABLE:
                values.append(rows if node["name"] == "data" else self._parameters.get(node["name"]))
            else:
                values.append(_OPERATORS[node["op"]](*(values[source] for source, *_ in node["inputs"])))
        return values[self._head]


def _sigmoid(scores: Any, _label: Any = None) -> Any:
    import numpy as np  # noqa: PLC0415 - few endpoints need it

    return 1 / (1 + np.exp(-scores))


def _softmax(scores: Any, _label: Any = None) -> Any:
    import numpy as np  # noqa: PLC0415 - few endpoints need it

    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


_VARIABLE = "null"
_OPERATORS: dict[str, Callable[..., Any]] = {
    "dot": lambda rows, weights: rows @ weights,
    "broadcast_add": lambda scores, bias: scores + bias,
    "LinearRegressionOutput": lambda scores, _label=None: scores,
    "MAERegressionOutput": lambda scores, _label=None: scores,
    "LogisticRegressionOutput": _sigmoid,
    "SoftmaxOutput": _softmax,
}
"""The outputs are those of prediction, where MXNet leaves the label aside."""


def _of_csv(text: str) -> list[Any]:
    return [[float(cell) for cell in line.split(",")] for line in text.splitlines() if line.strip()]


def _of_json(text: str) -> list[Any]:
    return [_features(instance) for instance in json.loads(text)["instances"]]


def _of_json_lines(text: str) -> list[Any]:
    return [_features(json.loads(line)) for line in text.splitlines() if line.strip()]


def _features(instance: dict[str, Any]) -> Any:
    """``{"features": [...]}``, or the longer ``{"data": {"features": {"values": [...]}}}``."""
    return instance.get("data", instance)["features"]


def _dense(features: Any) -> list[float]:
    """A row; of a sparse one, keys tell the places of the values, and the shape how long it is."""
    if not isinstance(features, dict):
        return list(features)
    if not features.get("keys"):
        return list(features["values"])
    row = [0.0] * int(features["shape"][0])
    for key, value in zip(features["keys"], features["values"], strict=True):
        row[int(key)] = value
    return row


_READERS: dict[str, Callable[[str], list[Any]]] = {CSV: _of_csv, JSON: _of_json, JSON_LINES: _of_json_lines}
