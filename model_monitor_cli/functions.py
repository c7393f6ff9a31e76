"""Makes the sources of the functions importable: what they know of runs and reports is written once.

A wheel carries them inside the construct library, which is found here but not imported, since that would start the CDK.
In the repository, and in an editable install of it, they are in `lambda/`.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def sources() -> Path:
    """Return the folder of the functions' sources."""
    spec = find_spec("model_monitor")
    places = list(spec.submodule_search_locations or []) if spec else []
    packaged = [folder for place in places if (folder := Path(place) / "_lambda").is_dir()]
    return packaged[0] if packaged else Path(__file__).resolve().parents[1] / "lambda"


def make_importable() -> None:
    """Add the sources to the end of the import path, once."""
    folder = str(sources())
    if folder not in sys.path:
        sys.path.append(folder)
