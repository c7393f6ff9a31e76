"""``python renewer.py <JSON model> <file> <attributes> pickle|model``: runs with the installed XGBoost."""

import json
import pickle
import sys
from pathlib import Path

# XGBoost imports these where they are installed, which takes most of a second, and nothing here needs them.
sys.modules.update(dict.fromkeys(("pandas", "sklearn")))  # type: ignore[arg-type]  # None: not to be imported

import xgboost  # noqa: E402


def main(converted: str, file: str, attributes: str, kind: str) -> None:
    """Write a booster as a pickle, or as a file in the format of this release."""
    booster = xgboost.Booster()
    booster.load_model(converted)
    for name, value in json.loads(attributes).items():
        if name == "best_iteration":
            booster.set_attr(best_iteration=str(value))
        else:
            setattr(booster, name, value)
    Path(file).write_bytes(pickle.dumps(booster) if kind == "pickle" else booster.save_raw("ubj"))


if __name__ == "__main__":
    main(*sys.argv[1:])
