"""Where predictions are: in captured records, and in the baseline's dataset."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from model_monitor import CapturedAttributes, ProblemType, QualityColumns
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import Column


class InferenceConfig(StrictModel):
    """Where a prediction is."""

    inference: Column
    """Where the predicted label or number is: the position of a CSV column of the model's output, from 0, or a JSON
    key."""


class BinaryConfig(StrictModel):
    """Where a prediction of yes or no is; the positive label is 1."""

    inference: Column | None = None
    """Where the predicted label is: the position of a CSV column of the model's output, from 0, or a JSON key. Left
    out: the probability tells the label."""
    probability: Column | None = None
    """Where the probability of the positive label is. Left out: there is none, and no `auc`."""
    probability_threshold: float | None = None
    """Probability from which on a prediction counts as positive; for bias, which it must be greater than. Left out:
    0.5."""


class AttributesConfig(BinaryConfig):
    """Where features and predictions are in captured records."""

    features: Column | None = None
    """Where the features are in a JSON input. Left out: all of it."""

    def build(self) -> CapturedAttributes:
        """Return the library's attributes."""
        return CapturedAttributes(
            features=self.features,
            inference=self.inference,
            probability=self.probability,
            probability_threshold=self.probability_threshold,
        )


class BinaryClassification(StrictModel):
    """Yes or no."""

    binary_classification: BinaryConfig
    """Where label and probability are."""

    def build(self) -> ProblemType:
        """Return the library's problem type."""
        binary = self.binary_classification
        return ProblemType.binary_classification(
            inference_attribute=binary.inference,
            probability_attribute=binary.probability,
            probability_threshold=binary.probability_threshold,
        )


class Multiclass(StrictModel):
    """One of several labels."""

    multiclass: InferenceConfig
    """Where the label is."""

    def build(self) -> ProblemType:
        """Return the library's problem type."""
        return ProblemType.multiclass(inference_attribute=self.multiclass.inference)


class Regression(StrictModel):
    """A number."""

    regression: InferenceConfig
    """Where the number is."""

    def build(self) -> ProblemType:
        """Return the library's problem type."""
        return ProblemType.regression(inference_attribute=self.regression.inference)


Problem = Annotated[
    Annotated[BinaryClassification, Tag("<binary_classification>")]
    | Annotated[Multiclass, Tag("<multiclass>")]
    | Annotated[Regression, Tag("<regression>")],
    by_key(
        "binary_classification",
        "multiclass",
        "regression",
        expected="{binary_classification: {probability: 0}}, {multiclass: {inference: 0}} or "
        "{regression: {inference: 0}}",
    ),
]


class QualityColumnsConfig(StrictModel):
    """Names of columns in the baseline's dataset."""

    ground_truth: str
    """Column of the true label or number."""
    inference: str | None = None
    """Column of the predicted one. Left out: none, when the probability tells it."""
    probability: str | None = None
    """Column of the probability. Left out: none."""

    def build(self, problem: ProblemType) -> QualityColumns:
        """Return the library's columns.

        Args:
            problem: What the model predicts; the columns must fit it.
        """
        columns = QualityColumns(ground_truth=self.ground_truth, inference=self.inference, probability=self.probability)
        columns.require_fitting(problem)
        return columns
