"""Make `xgboost-model`; see README.md. Runs with XGBoost 0.90 only."""

import pickle
from pathlib import Path

import numpy as np
import xgboost

rng = np.random.RandomState(0)
features = rng.rand(200, 3)
features[rng.rand(200, 3) < 0.05] = np.nan
labels = (np.nan_to_num(features[:, 0]) > 0.5).astype(int)
matrix = xgboost.DMatrix(features, label=labels)
booster = xgboost.train({"objective": "binary:logistic", "max_depth": 2, "nthread": 1, "seed": 0}, matrix, 4)
Path("xgboost-model").write_bytes(pickle.dumps(booster, protocol=3))
print(booster.predict(xgboost.DMatrix(np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7], [np.nan, 0.2, 0.3]]))).tolist())
