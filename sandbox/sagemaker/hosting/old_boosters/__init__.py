"""Makes boosters of old XGBoost releases readable for the one that is installed.

Until 3.0, XGBoost had a binary format, which 3.1 no longer reads. SageMaker's images left it in two ways: as a file
(images 1.3-1 to 1.7-1), and inside of a pickled Booster (image 0.90 and the first generation, with which most of AWS's
examples were trained). Pickles of 1.3 to 1.5 hold JSON, and are no longer read either. The library of 2.1 reads all of
them, and writes JSON of today.

| part | does |
|---|---|
| `formats` | tells the old formats, without running anything that a pickle names |
| `library` | fetches the library of XGBoost 2.1, once |
| `conversion` | binary to JSON, in a process of its own; kept by digest |
| `renewal` | JSON to what the file was, as the installed XGBoost writes it |

https://xgboost.readthedocs.io/en/release_2.1.0/tutorials/saving_model.html
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from sandbox.sagemaker.hosting.old_boosters import conversion, formats, renewal
from sandbox.sagemaker.hosting.worker import HostingError

Log = Callable[[list[str]], None]


def renew(model_folder: Path, log: Log) -> None:
    """Replace the old boosters at the root of an unpacked archive; every other file stays as it is.

    Args:
        model_folder: The unpacked archive.
        log: Told what is done, line by line.

    Raises:
        HostingError: There is an old booster, and it cannot be converted, or what was converted cannot be kept.
    """
    if importlib.util.find_spec("xgboost") is None:
        return  # the container says that the package is missing, and how to install it
    for path in sorted(path for path in model_folder.iterdir() if path.is_file()):
        old = formats.read(path)
        if old is None:
            continue
        log([f"{path.name} is {old.description}, which XGBoost {renewal.installed_version()} does not read"])
        try:
            renewal.write(path, old, conversion.to_json(path.name, old, log))
        except OSError as error:
            raise HostingError(f"what {path.name} was converted to cannot be kept: {error}") from error
        log([f"{path.name} is served as XGBoost {renewal.installed_version()} would have written it"])
