"""A model of two features: whoever is older than 20 is likely to buy."""

import math

_LIMIT, _PER_YEAR, _PER_GROUP = 20, 0.2, 0.1


def model_fn(model_dir):
    return None


def transform_fn(model, body, content_type, accept):
    return "\n".join(_prediction(*map(float, line.split(","))) for line in body.strip().splitlines()), "text/csv"


def _prediction(age, group):
    probability = 1 / (1 + math.exp(-(age - _LIMIT) * _PER_YEAR - _PER_GROUP * group))
    return f"{probability > 0.5:d},{probability:.6f}"
