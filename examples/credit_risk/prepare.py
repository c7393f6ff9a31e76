"""Trains the model and writes what the app deploys: the model archive and the baselines' datasets."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass, fields
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits

from examples.credit_risk import data

BUILD = Path(__file__).parent / "build"
_EXPLAINED_ROWS = 300
_SERVING_CODE = Path(__file__).parent / "model" / "inference.py"


@dataclass(frozen=True)
class Prepared:
    """Files that the app deploys.

    Attributes:
        model: `model.tar.gz` with `model.joblib` and `code/inference.py`.
        captured: The training data as the endpoint captures them: the model's output first, then the features.
        validated: The training data with what the model predicts for them, and how the loans ended.
        features: Some of the training data, features only: what predictions are explained for.
        typical: The applicant in the middle, to whom explanations compare all others.
    """

    model: Path
    captured: Path
    validated: Path
    features: Path
    typical: Path

    @classmethod
    def within(cls, folder: Path) -> Prepared:
        """The files of a folder."""
        names = ("model.tar.gz", "captured.csv", "validated.csv", "features.csv", "typical.json")
        return cls(*(folder / name for name in names))

    @property
    def is_complete(self) -> bool:
        """Whether all files are there."""
        return all(getattr(self, field.name).exists() for field in fields(self))


def prepare(folder: Path = BUILD) -> Prepared:
    """Return the files, making them if they are not there."""
    prepared = Prepared.within(folder)
    if not prepared.is_complete:
        train(prepared)
    return prepared


# Threads that wait for each other all the time take minutes on a machine with other work, and gain nothing here.
@threadpool_limits.wrap(limits=1)
def train(prepared: Prepared) -> float:
    """Train the model and write all files.

    Returns:
        Area under the ROC curve on applicants that the model has not seen.
    """
    applicants = data.load()
    training = applicants.training
    pipeline = _pipeline().fit(training[data.FEATURES], training[data.LABEL])
    # On the rows that it learned from, the model is surer of itself than it will ever be on live ones.
    unseen = cross_val_predict(_pipeline(), training[data.FEATURES], training[data.LABEL], method="predict_proba")
    probability = unseen[:, 1].round(6)
    captured = training[data.FEATURES].copy()
    captured.insert(0, data.PROBABILITY, probability)
    decided = (probability >= data.THRESHOLD).astype(int)
    validated = captured.assign(**{data.PREDICTION: decided, data.LABEL: training[data.LABEL]})
    prepared.model.parent.mkdir(parents=True, exist_ok=True)
    _write_csv(prepared.captured, captured)
    _write_csv(prepared.validated, validated)
    _write_csv(prepared.features, training[data.FEATURES][:_EXPLAINED_ROWS])
    prepared.typical.write_text(json.dumps(data.typical(training)), encoding="utf-8")
    _write_archive(prepared.model, pipeline)
    predicted = pipeline.predict_proba(applicants.live[data.FEATURES])[:, 1]
    return float(roc_auc_score(applicants.live[data.LABEL], predicted))


def _pipeline() -> Pipeline:
    encode = ColumnTransformer(
        [("text", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), data.TEXT_FEATURES)],
        remainder="passthrough",
    )
    return Pipeline([("encode", encode), ("classify", HistGradientBoostingClassifier(random_state=0))])


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    table.to_csv(path, index=False, lineterminator="\n")


def _write_archive(path: Path, pipeline: Pipeline) -> None:
    model = io.BytesIO()
    joblib.dump(pipeline["classify"], model)
    known = pipeline["encode"].named_transformers_["text"].categories_
    codes = {
        name: {text: code for code, text in enumerate(texts) if isinstance(text, str)}
        for name, texts in zip(data.TEXT_FEATURES, known, strict=True)
    }
    # In the order in which the encoder hands them on: texts come first.
    columns = sorted(data.FEATURES, key=lambda name: name not in codes)
    places = [(data.FEATURES.index(name), codes.get(name)) for name in columns]
    members = {
        "model.joblib": model.getvalue(),
        "columns.json": json.dumps(places).encode(),
        "code/inference.py": _SERVING_CODE.read_bytes(),
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
