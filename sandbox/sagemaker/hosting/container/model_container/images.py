"""Which container an image is, told by its repository.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

import os
from pathlib import Path

from . import script
from .contract import Model, repository

_XGBOOST = ("sagemaker-xgboost", "xgboost")
_DEFAULTS = {"sagemaker-scikit-learn": script.SCIKIT_LEARN, **dict.fromkeys(_XGBOOST, script.XGBOOST)}
_SCRIPT_VARIABLES = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
"""What the SageMaker Python SDK tells these containers; without, they import a module named None or, XGBoost's, run no
script (https://github.com/aws/sagemaker-scikit-learn-container/issues/82)."""


def load(model_folder: Path, image: str) -> Model:
    """Load a model as the container of an image does.

    Args:
        model_folder: The unpacked archive.
        image: URI of the image; a repository that AWS does not offer is taken for scikit-learn's container, without its
            demands on the environment.

    Raises:
        ValueError: The container would not find the archive's script.
    """
    name = repository(image)
    if name not in _DEFAULTS:
        return script.load(model_folder, script.SCIKIT_LEARN)
    if name in _XGBOOST and "SAGEMAKER_PROGRAM" not in os.environ and not script.script_path(model_folder).is_file():
        from .algorithm import AlgorithmModel  # noqa: PLC0415 - few endpoints need it

        return AlgorithmModel(model_folder, image)
    missing = [f"{variable}={value}" for variable, value in _SCRIPT_VARIABLES.items() if variable not in os.environ]
    if missing:
        raise ValueError(
            f"the container {name} runs code/inference.py only if the environment of the model (Environment of its "
            f"container definition) has {' and '.join(missing)}"
        )
    return script.load(model_folder, _DEFAULTS[name])
