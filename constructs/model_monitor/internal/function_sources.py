"""Where the sources of the Lambda functions are: they become the asset of every function."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def function_sources() -> Path:
    """Return the folder of the functions' sources.

    A wheel carries them inside the package. In the repository, and in an editable install of it, they are in `lambda/`.
    """
    package = Path(str(resources.files("model_monitor")))
    packaged = package / "_lambda"
    return packaged if packaged.is_dir() else package.parents[1] / "lambda"
