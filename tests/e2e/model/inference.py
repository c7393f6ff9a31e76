"""A model without weights: the share of a loan that an applicant earns in a year."""

import json


def model_fn(model_dir):
    return None


def input_fn(body, content_type):
    text = body.decode() if isinstance(body, bytes) else body
    if "json" in content_type:
        return [list(json.loads(text).values())]
    return [line.split(",") for line in text.strip().splitlines()]


def predict_fn(rows, model):
    return [min(0.999, float(amount) / (12 * float(income or 100))) for income, amount, *_ in rows]


def output_fn(predictions, accept):
    if "json" in accept:
        return json.dumps({"prediction": predictions[0]}), "application/json"
    return "\n".join(f"{prediction:.6f}" for prediction in predictions), "text/csv"
