"""Algorithm mode of XGBoost's container: a trained ``xgboost-model`` and no script.

https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/algorithm_mode/serve.py
"""

import json
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import arrays, dmatrix
from .contract import (
    ANY,
    BAD_MEDIA_TYPE,
    BAD_REQUEST,
    CSV,
    JSON,
    NOT_ACCEPTABLE,
    RefusedError,
    media_type,
    repository,
    with_charset,
)

_READERS: dict[str, tuple[str, Callable[[str | bytes], Any]]] = {
    **dict.fromkeys(("csv", CSV), ("csv", dmatrix.from_csv)),
    **dict.fromkeys(("libsvm", "text/libsvm", "text/x-libsvm"), ("libsvm", dmatrix.from_libsvm_pairs)),
}
_ACCEPTED = (JSON, CSV)
_FIRST_THAT_HEEDS_ACCEPT = (1, 2, 2)
"""Images before answer CSV in one line whatever the caller accepts; that release got a line for each prediction, and
JSON (https://github.com/aws/sagemaker-xgboost-container/pull/271 and 280)."""
_VERSION = re.compile(r"(\d+)\.(\d+)-(\d+)")


class AlgorithmModel:
    """What training jobs of the built-in algorithm leave: boosters, pickled or in a format of XGBoost's own.

    Args:
        model_folder: Every file in it is a booster; the predictions of several are averaged.
        image: Its version decides how predictions are written.

    Raises:
        ValueError: A file is no booster, or there is none.
    """

    def __init__(self, model_folder: Path, image: str) -> None:
        if "SAGEMAKER_INFERENCE_OUTPUT" in os.environ:
            raise ValueError("the sandbox does not select inference outputs: leave SAGEMAKER_INFERENCE_OUTPUT out")
        files = sorted(path for path in model_folder.iterdir() if path.is_file() and not path.name.startswith("."))
        if not files:
            raise ValueError(
                "model.tar.gz holds no model: XGBoost's container needs a file such as xgboost-model at its root, or "
                "code/inference.py and SAGEMAKER_PROGRAM=inference.py"
            )
        loaded = [_booster(path) for path in files]
        self._boosters = [booster for booster, _ in loaded]
        self._is_pickled = loaded[0][1]
        self._heeds_accept = _heeds_accept(image)

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """See `contract.Model`."""
        matrix, kind = _read(body, content_type)
        predictions = self._predict(matrix, kind)
        answered = _accepted(accept) if self._heeds_accept else CSV
        if os.environ.get("SAGEMAKER_BATCH"):
            text = "".join(f"{prediction}\n" for prediction in predictions)
        elif not self._heeds_accept:
            text = ",".join(map(str, predictions))
        elif answered == JSON:
            text = json.dumps({"predictions": [{"score": prediction} for prediction in predictions]})
        else:
            text = str(arrays.encode(predictions, answered))
        return text.encode(), with_charset(answered)

    def _predict(self, matrix: Any, kind: str) -> list[Any]:
        import numpy as np  # noqa: PLC0415 - comes with XGBoost

        try:
            if kind == "csv" and self._is_pickled:
                _require_trained_columns(self._boosters[0], matrix)
            found = [_predictions(booster, matrix) for booster in self._boosters]
        except Exception as error:
            raise RefusedError(BAD_REQUEST, f"Unable to evaluate payload provided: {error}") from error
        predictions: list[Any] = (found[0] if len(found) == 1 else np.mean(found, axis=0)).tolist()
        return predictions


def _booster(path: Path) -> tuple[Any, bool]:
    """A booster, and whether it was pickled."""
    import xgboost  # noqa: PLC0415 - a user's model brings it

    is_pickled = True
    try:
        booster = pickle.loads(path.read_bytes())  # noqa: S301 - that is what the built-in algorithm writes
    except Exception as pickled:
        is_pickled = False
        booster = xgboost.Booster()
        try:
            booster.load_model(str(path))
        except (xgboost.core.XGBoostError, UnicodeDecodeError) as error:  # it quotes the file in its messages
            raise ValueError(
                f"{path.name} is no model: not a pickled one ({pickled}), nor one of XGBoost's own formats "
                f"({str(error).splitlines()[0]})"
            ) from error
    booster.set_param("nthread", 1)
    return booster, is_pickled


def _read(body: bytes, content_type: str) -> tuple[Any, str]:
    kind, reader = _READERS.get(media_type(content_type) or CSV, ("", None))
    if reader is None:
        raise RefusedError(
            BAD_MEDIA_TYPE, f"{content_type} is not an accepted ContentType here: {', '.join(_READERS)}."
        )
    try:
        return reader(body.strip()), kind
    except Exception as error:
        raise RefusedError(
            BAD_MEDIA_TYPE,
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:\n "
            f"{type(error)}\n {error}",
        ) from error


def _require_trained_columns(booster: Any, matrix: Any) -> None:
    """Refuse rows of CSV as the container does for pickled models, to which rows may be one column short."""
    trained, given = booster.num_features(), matrix.num_col()
    if trained not in (given, given + 1):
        raise ValueError(
            f"Feature size of csv inference data {given} is not consistent with feature size of trained model "
            f"{trained}."
        )


def _predictions(booster: Any, matrix: Any) -> Any:
    best = getattr(booster, "best_iteration", None)
    rounds = (0, 0) if best is None else (0, best + 1)
    return booster.predict(matrix, iteration_range=rounds, validate_features=False)


def _accepted(accept: str) -> str:
    kind = media_type(accept)
    if kind in ANY:
        return os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", CSV)
    if kind not in _ACCEPTED:
        raise RefusedError(
            NOT_ACCEPTABLE,
            f"Accept type {accept} is not supported. Please use supported accept types: {', '.join(_ACCEPTED)}.",
        )
    return kind


def _heeds_accept(image: str) -> bool:
    """Whether an image is new enough; one without a version that can be read is taken for new."""
    if repository(image) == "xgboost":
        return False
    version = _VERSION.search(image.rpartition(":")[2])
    return version is None or tuple(map(int, version.groups())) >= _FIRST_THAT_HEEDS_ACCEPT
