"""Observed labels of merged records.

In JSON, ground truth is written as the data set of the baseline is, so that the label of analysis_config.json, a
JMESPath, finds the label in both: it "must be in the same format as how the ground truth labels are stored in the input
dataset". Source:
https://github.com/aws/amazon-sagemaker-examples/blob/main/sagemaker_model_monitor/fairness_and_explainability_jsonlines/SageMaker-Monitoring-Bias-Drift-for-Endpoint.ipynb
"""

from collections.abc import Mapping
from typing import Any

import orjson

from analyzer.clarify.reading.bodies import values_at
from analyzer.clarify.reading.references import Reference, is_path, is_position
from analyzer.dataset.merged import ground_truth_of, labels_of, require_scalars
from analyzer.dataset.payload import PayloadError, PayloadKind, json_documents


def observed_labels(record: Mapping[str, Any], label: Reference) -> list[Any]:
    """Return the labels of a merged record, one for each row of its payload: texts of CSV, values of JSON.

    Where ``label`` is a position, or finds nothing, a label stands alone or is the only member of an object.

    Args:
        record: The record as it stands in the file.
        label: Name, position or JMESPath of the label. A name that is no JMESPath is that of a member.

    Raises:
        PayloadError: When the record has no such labels.

    Example:
        >>> record = {"groundTruthData": {"data": '{"data": {"label": 1}}', "encoding": "JSON"}}
        >>> observed_labels(record, "data.label")
        [1]
    """
    kind, text = ground_truth_of(record)
    if kind is PayloadKind.CSV or is_position(label):
        return labels_of(record)
    path = str(label) if is_path(str(label)) else orjson.dumps(label).decode()
    documents = list(json_documents(text))
    try:
        labels = [value for document in documents for value in values_at(document, path)]
    except PayloadError as nothing:
        return _only_labels(record, nothing)
    require_scalars(labels)
    return labels


def _only_labels(record: Mapping[str, Any], nothing: PayloadError) -> list[Any]:
    try:
        return labels_of(record)
    except PayloadError as error:
        raise PayloadError(f"{nothing}, and {error}") from error
