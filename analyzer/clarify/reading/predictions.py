"""Predicted labels and scores out of a model's responses.

A score that equals the threshold is not the positive label: "a probability value > 0.5 indicates predicted label `1`"
(https://github.com/aws/amazon-sagemaker-examples/blob/main/sagemaker_model_monitor/fairness_and_explainability_jsonlines/SageMaker-Monitoring-Bias-Drift-for-Endpoint.ipynb),
"predictions with a probability score over ``0.2``" (``ModelPredictedLabelConfig`` of version 2 of
https://github.com/aws/sagemaker-python-sdk). Model quality, for which nothing is published, counts it as positive
(``analyzer.model_quality.problem``).
"""

from dataclasses import dataclass
from typing import Any

from analyzer.clarify.config import AnalysisConfig
from analyzer.clarify.parameters import OutputAttributes
from analyzer.clarify.reading.bodies import Scores, row_values, scores_of
from analyzer.clarify.reading.references import Reference
from analyzer.dataset.payload import PayloadError, PayloadKind


@dataclass(frozen=True)
class ResponseReader:
    """What a response means.

    Args:
        label: Where the predicted label is.
        probability: Where the score or the scores are.
        threshold: A single score above it is the positive label.
        label_headers: Label values in the order of the scores.
    """

    label: Reference | None = None
    probability: Reference | None = None
    threshold: float = 0.5
    label_headers: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: AnalysisConfig, attributes: OutputAttributes) -> "ResponseReader":
        """Return the reader of a job: what the job says goes before what the configuration says."""
        given = attributes.label is not None or attributes.probability is not None
        predictor = config.predictor
        return cls(
            label=attributes.label if given else predictor.label,
            probability=attributes.probability if given else predictor.probability,
            threshold=config.probability_threshold if attributes.threshold is None else attributes.threshold,
            label_headers=predictor.label_headers,
        )

    def labels(self, kind: PayloadKind, text: str) -> list[Any]:
        """Return the predicted label of every row: as answered, or made of the scores.

        One score becomes 1 or 0, or the second or first of two label headers; of several scores the largest one
        decides, by its header or its position.

        Raises:
            PayloadError: When the response has no such values.
        """
        if self.label is not None:
            return row_values(kind, text, self.label)
        return [self._label(scores) for scores in self._scores(kind, text, self.probability)]

    def scores(self, kind: PayloadKind, text: str) -> list[Scores]:
        """Return the scores of every row: those of ``probability``, else the number that is the label.

        Raises:
            PayloadError: When the response has no such values.
        """
        return self._scores(kind, text, self.label if self.probability is None else self.probability)

    def _label(self, scores: Scores) -> Any:  # noqa: ANN401 - whatever the labels are
        if len(scores) == 1:
            is_positive = scores[0] > self.threshold
            return self.label_headers[is_positive] if len(self.label_headers) == 2 else int(is_positive)  # noqa: PLR2004 - a pair
        best = scores.index(max(scores))
        return self.label_headers[best] if len(self.label_headers) == len(scores) else best

    @staticmethod
    def _scores(kind: PayloadKind, text: str, place: Reference | None) -> list[Scores]:
        rows = []
        for value in row_values(kind, text, place):
            items = value if isinstance(value, list) else [value]
            row = [score for item in items for score in scores_of(item)]
            if not row:
                raise PayloadError("a row has no scores")
            rows.append(row)
        return rows
