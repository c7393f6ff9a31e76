"""Which container an image is, told by its repository.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

import os
import sys
from pathlib import Path

from . import linear_learner, script
from .contract import Model, repository

_XGBOOST = ("sagemaker-xgboost", "xgboost")
_LINEAR_LEARNER = "linear-learner"
_DEFAULTS = {"sagemaker-scikit-learn": script.SCIKIT_LEARN, **dict.fromkeys(_XGBOOST, script.XGBOOST)}
_SCRIPT_VARIABLES = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
"""How these containers are told of a script in the model's archive; without, they import a module named None or,
XGBoost's, run no script (https://github.com/aws/sagemaker-scikit-learn-container/issues/82). The directory may be the
URI of an archive in S3 too, as the SageMaker Python SDK writes it for models without network isolation."""
_XGBOOST_PACKAGES = Path(__file__).with_name("xgboost_image")
"""What scripts can import in XGBoost's image only."""


def load(model_folder: Path, code_folder: Path, image: str) -> Model:
    """Load a model as the container of an image does.

    Args:
        model_folder: The unpacked archive.
        code_folder: Where its script is, if it has one.
        image: URI of the image; any other repository than those of scikit-learn, XGBoost and Linear Learner is taken
            for scikit-learn's container, without its demands on the environment.

    Raises:
        ValueError: The container would not find the script.
    """
    name = repository(image)
    if name == _LINEAR_LEARNER:
        return linear_learner.LinearLearnerModel(model_folder)
    if (model_folder / linear_learner.ARCHIVE).is_file() and not script.script_path(code_folder).is_file():
        raise ValueError(
            f"model.tar.gz holds {linear_learner.ARCHIVE}, a model of one of AWS's built-in algorithms, for the image "
            f"{name}: of these the sandbox serves {_LINEAR_LEARNER} and XGBoost. Give the model the image of "
            "scikit-learn's container and a code/inference.py that computes its predictions"
        )
    if name not in _DEFAULTS:
        return script.load(model_folder, code_folder, script.SCIKIT_LEARN)
    if name in _XGBOOST and "SAGEMAKER_PROGRAM" not in os.environ and not script.script_path(code_folder).is_file():
        from .algorithm import AlgorithmModel  # noqa: PLC0415 - few endpoints need it

        return AlgorithmModel(model_folder, image)
    missing = [f"{variable}={value}" for variable, value in _SCRIPT_VARIABLES.items() if variable not in os.environ]
    if missing:
        raise ValueError(
            f"the container {name} runs code/inference.py only if the environment of the model (Environment of its "
            f"container definition) has {' and '.join(missing)}"
        )
    if name in _XGBOOST:
        sys.path.append(str(_XGBOOST_PACKAGES))
    return script.load(model_folder, code_folder, _DEFAULTS[name])
