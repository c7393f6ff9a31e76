"""Outputs of batch transform that hold features and predictions together.

``DataProcessing.JoinSource=Input`` of the transform job writes the input beside the prediction, which the bias monitor
needs: a CSV row is the input with the prediction behind it, a JSON line is the input with the prediction under
``SageMakerOutput``. Positions and paths of predictions count the model's own output, as the example notebooks of AWS
show, where ``0`` is the probability behind all features.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html and
https://github.com/aws/amazon-sagemaker-examples/tree/main/sagemaker_model_monitor/fairness_and_explainability
"""

import csv
from io import StringIO
from typing import Any

import orjson

from analyzer.clarify.config import AnalysisConfig, BiasConfig
from analyzer.clarify.reading.references import is_position
from analyzer.dataset.payload import PayloadError, PayloadKind, csv_rows
from analyzer.job.failure import AnalysisError

_INPUT, _OUTPUT = "SageMakerInput", "SageMakerOutput"
_REMEDY = "transform jobs must run with DataProcessing.JoinSource=Input, or the capture writer with join_inputs"


def parted(kind: PayloadKind, text: str, config: AnalysisConfig, bias: BiasConfig) -> tuple[str, str]:
    """Return the part of a row of an output that the model received, and the part that it answered.

    Args:
        kind: How the row is written.
        text: The row.
        config: Its headers tell how many values of a CSV row are features.
        bias: Its label is no feature, though headers have it.

    Raises:
        AnalysisError: When there are no headers for CSV.
        PayloadError: When the row does not hold both.
    """
    return _parted_csv(text, _feature_count(config, bias)) if kind is PayloadKind.CSV else _parted_json(text)


def _feature_count(config: AnalysisConfig, bias: BiasConfig) -> int:
    if not config.headers:
        raise AnalysisError(
            "headers is missing: in the output of a batch transform job, the number of features tells where the "
            "predictions begin; give the names of the features and of the label"
        )
    has_label = is_position(bias.label) or bias.label in config.headers
    return len(config.headers) - has_label


def _parted_csv(text: str, features: int) -> tuple[str, str]:
    rows = csv_rows(text)
    for row in rows:
        if len(row) <= features:
            raise PayloadError(
                f"a row of {len(row)} values cannot hold {features} features and a prediction; {_REMEDY}"
            )
    return _csv([row[:features] for row in rows]), _csv([row[features:] for row in rows])


def _parted_json(text: str) -> tuple[str, str]:
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise PayloadError(f"not JSON: {error}") from error
    if not isinstance(document, dict) or len(document) == 1 or _OUTPUT not in document:
        raise PayloadError(f"the row has no features and {_OUTPUT}; {_REMEDY}")
    output = document.pop(_OUTPUT)
    received = document[_INPUT] if [*document] == [_INPUT] else document
    return orjson.dumps(received).decode(), orjson.dumps(output).decode()


def _csv(rows: list[list[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
