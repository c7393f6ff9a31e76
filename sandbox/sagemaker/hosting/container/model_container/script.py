"""Script mode: the user's ``inference.py``, with the container's defaults for what it leaves out.

https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#deploy-a-scikit-learn-model
https://sagemaker.readthedocs.io/en/stable/frameworks/xgboost/using_xgboost.html#deploy-open-source-xgboost-models
"""

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from . import arrays, dmatrix
from .contract import ANY, CSV, JSON, with_charset

_TEXT = (JSON, CSV)
"""What handlers get as str; everything else, parameters included, reaches them as bytes."""


@dataclass(frozen=True)
class Defaults:
    """Handlers of a container for scripts that bring none; there is no default ``model_fn``, and one ``output_fn``.

    Args:
        read: ``input_fn``.
        predict: ``predict_fn``.
    """

    read: Callable[[str | bytes, str], Any]
    predict: Callable[[Any, Any], Any]


def _read_array(content: str | bytes, content_type: str) -> Any:
    array = arrays.decode(content, content_type)
    return array.astype("float32") if content_type in _TEXT else array


SCIKIT_LEARN = Defaults(_read_array, lambda array, model: model.predict(array))
XGBOOST = Defaults(dmatrix.decode, lambda matrix, model: model.predict(matrix, validate_features=False))


class ScriptModel:
    """A model behind the functions of a script.

    Raises:
        ValueError: The script has no ``model_fn``, or ``transform_fn`` beside functions that this one stands for.
    """

    def __init__(self, script: ModuleType, model_folder: Path, defaults: Defaults) -> None:
        if not hasattr(script, "model_fn"):
            raise ValueError(f"{script.__file__} has no model_fn(model_dir), which loads the model from that folder")
        if hasattr(script, "transform_fn") and any(
            hasattr(script, name) for name in ("input_fn", "predict_fn", "output_fn")
        ):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self._input: Callable[..., Any] = getattr(script, "input_fn", defaults.read)
        self._predict: Callable[..., Any] = getattr(script, "predict_fn", defaults.predict)
        self._output: Callable[..., Any] = getattr(script, "output_fn", arrays.encode)
        self._transform: Callable[..., Any] = getattr(script, "transform_fn", self._in_three_steps)
        self._model = script.model_fn(str(model_folder))

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """See `contract.Model`."""
        if accept in ANY:
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        content = body.decode() if content_type in _TEXT else body
        result = self._transform(self._model, content, content_type, accept)
        payload, answered = result if isinstance(result, tuple) else (result, accept)
        return payload.encode() if isinstance(payload, str) else bytes(payload), with_charset(answered)

    def _in_three_steps(self, model: Any, content: str | bytes, content_type: str, accept: str) -> Any:
        return self._output(self._predict(self._input(content, content_type), model), accept)


def load(model_folder: Path, code_folder: Path, defaults: Defaults) -> ScriptModel:
    """Import the inference script; modules beside it can be imported by it.

    Raises:
        FileNotFoundError: There is no such script.
    """
    path = script_path(code_folder)
    if not path.is_file():
        submitted = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        place = f"{submitted} has no " if submitted.startswith("s3://") else "model.tar.gz has no code/"
        raise FileNotFoundError(place + path.name)
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return ScriptModel(module, model_folder, defaults)


def script_path(code_folder: Path) -> Path:
    """Where the script is: ``inference.py``, unless SAGEMAKER_PROGRAM names another file."""
    return code_folder / os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
