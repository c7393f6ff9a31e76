"""Trains the model and writes what the app deploys: the model archive and the baseline dataset."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import joblib
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from examples.credit_risk import data

BUILD = Path(__file__).parent / "build"
_SERVING_CODE = Path(__file__).parent / "model" / "inference.py"


@dataclass(frozen=True)
class Prepared:
    """Files that the app deploys.

    Attributes:
        model: `model.tar.gz` with `model.joblib` and `code/inference.py`.
        baseline: The training data as the endpoint captures them: the model's output first, then the features.
    """

    model: Path
    baseline: Path


def prepare(folder: Path = BUILD) -> Prepared:
    """Returns the files, making them if they are not there."""
    prepared = Prepared(folder / "model.tar.gz", folder / "baseline.csv")
    if not (prepared.model.exists() and prepared.baseline.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        train(prepared)
    return prepared


def train(prepared: Prepared) -> float:
    """Trains the model and writes both files.

    Returns:
        Area under the ROC curve on applicants that the model has not seen.
    """
    applicants = data.load()
    training = applicants.training
    pipeline = _pipeline().fit(training[data.FEATURES], training[data.LABEL])
    scored = training[data.FEATURES].copy()
    # On the rows that it learned from, the model is surer of itself than it will ever be on live ones.
    unseen = cross_val_predict(_pipeline(), training[data.FEATURES], training[data.LABEL], method="predict_proba")
    scored.insert(0, data.PREDICTION, unseen[:, 1].round(6))
    scored.to_csv(prepared.baseline, index=False, lineterminator="\n")
    _write_archive(prepared.model, pipeline)
    predicted = pipeline.predict_proba(applicants.live[data.FEATURES])[:, 1]
    return float(roc_auc_score(applicants.live[data.LABEL], predicted))


def _pipeline() -> Pipeline:
    encode = ColumnTransformer(
        [("text", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), data.TEXT_FEATURES)],
        remainder="passthrough",
    )
    return Pipeline([("encode", encode), ("classify", HistGradientBoostingClassifier(random_state=0))])


def _write_archive(path: Path, pipeline: Pipeline) -> None:
    model = io.BytesIO()
    joblib.dump(pipeline, model)
    kinds = {name: "object" if name in data.TEXT_FEATURES else "float64" for name in data.FEATURES}
    members = {
        "model.joblib": model.getvalue(),
        "features.json": json.dumps(kinds).encode(),
        "code/inference.py": _SERVING_CODE.read_bytes(),
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
