"""Which container an image is, told by its repository.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

import os
from pathlib import Path

from . import script
from .contract import Model, repository

_XGBOOST = ("sagemaker-xgboost", "xgboost")


def load(model_folder: Path, image: str) -> Model:
    """Load a model as the container of an image does; an unknown image is taken for scikit-learn's.

    Raises:
        ValueError: The container would not run the archive's script.
    """
    if repository(image) not in _XGBOOST:
        return script.load(model_folder, script.SCIKIT_LEARN)
    if "SAGEMAKER_PROGRAM" in os.environ:
        return script.load(model_folder, script.XGBOOST)
    if script.script_path(model_folder).is_file():
        raise ValueError(
            "XGBoost's container does not look at code/inference.py unless the model's environment says "
            "SAGEMAKER_PROGRAM=inference.py and SAGEMAKER_SUBMIT_DIRECTORY=/opt/ml/model/code: set both, or take the "
            "script out of model.tar.gz"
        )
    from .algorithm import AlgorithmModel  # noqa: PLC0415 - few endpoints need it

    return AlgorithmModel(model_folder, image)
