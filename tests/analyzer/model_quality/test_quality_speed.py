"""Speed as a ratio to scikit-learn, measured side by side on this machine."""

import time

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

ROWS = 1_000_000


def seconds(run):
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def scikit_learn(path):
    """Compute of all rows what the job computes of them and of five samples."""
    table = pl.read_csv(path)
    actual, predicted, probabilities = (table[name].to_numpy() for name in ("label", "prediction", "p"))
    sk.confusion_matrix(actual, predicted)
    sk.roc_curve(actual, probabilities)
    sk.precision_recall_curve(actual, probabilities)
    sk.roc_auc_score(actual, probabilities)


@pytest.mark.slow
def test_a_baseline_of_a_million_rows_takes_at_most_three_times_as_long_as_scikit_learn(quality, tmp_path):
    random = np.random.default_rng(7)
    probabilities = random.random(ROWS)
    path = tmp_path / "baseline.csv"
    pl.DataFrame(
        {
            "p": probabilities,
            "prediction": (probabilities > 0.5).astype(int),
            "label": (random.random(ROWS) < probabilities).astype(int),
        }
    ).write_csv(path)
    attributes = {
        "inference_attribute": "prediction",
        "probability_attribute": "p",
        "ground_truth_attribute": "label",
    }
    ratios = []
    while not ratios or (ratios[-1] >= 3 and len(ratios) < 3):  # again where it seems slow: others use the machine
        theirs = seconds(lambda: scikit_learn(path))
        ratios.append(seconds(lambda: quality("BinaryClassification", path, **attributes)) / theirs)
    # scikit-learn does a sixth of the work, and unchecked: it takes no samples.
    assert ratios[-1] < 3, ratios
