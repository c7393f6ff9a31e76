"""What a model predicts, and where predictions and labels are.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from analyzer.dataset.merged import GROUND_TRUTH
from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import FormatKind, Parameters
from analyzer.text.values import category

DEFAULT_THRESHOLD = 0.5
DEFAULT_POSITIVE_LABEL = "1"


class ProblemType(StrEnum):
    """Values of ``problem_type``."""

    BINARY = "BinaryClassification"
    MULTICLASS = "MulticlassClassification"
    REGRESSION = "Regression"

    @property
    def section(self) -> str:
        """Beginning of the names of this problem's sections in statistics.json and constraints.json."""
        return _SECTIONS[self]


_SECTIONS = {
    ProblemType.BINARY: "binary_classification",
    ProblemType.MULTICLASS: "multiclass_classification",
    ProblemType.REGRESSION: "regression",
}


@dataclass(frozen=True)
class Problem:
    """What is compared with what.

    An attribute is the name of a column, its position from 0, or a path into JSON (``analyzer.model_quality.columns``).

    Args:
        type: What the model predicts.
        ground_truth: Where the label is.
        inference: Where the prediction is; None when the probability tells it.
        probability: Where the probability of the positive label is. Only binary problems use it.
        threshold: Probability from which on the prediction is the positive label. Whether the service counts the
            threshold itself as positive is not published; for bias monitors it is, and they do not.
        positive_label: The label that counts as positive in a binary problem.
    """

    type: ProblemType
    ground_truth: str
    inference: str | None = None
    probability: str | None = None
    threshold: float = DEFAULT_THRESHOLD
    positive_label: str = DEFAULT_POSITIVE_LABEL

    @classmethod
    def of(cls, parameters: Parameters) -> "Problem":
        """Read and check the variables that describe the problem.

        Raises:
            AnalysisError: When one of them is missing or cannot be understood.
        """
        problem_type = _type(parameters.problem_type)
        is_binary = problem_type is ProblemType.BINARY
        if parameters.inference_attribute is None and (not is_binary or parameters.probability_attribute is None):
            needed = "inference_attribute or probability_attribute" if is_binary else "inference_attribute"
            raise AnalysisError(
                f"the environment lacks {needed}, which says where the predictions of a {problem_type} are: "
                "the name or the position of a column, or a path into JSON"
            )
        return cls(
            type=problem_type,
            ground_truth=_ground_truth(parameters),
            inference=parameters.inference_attribute,
            probability=parameters.probability_attribute if is_binary else None,
            threshold=_threshold(parameters.probability_threshold_attribute),
            positive_label=category(parameters.positive_label or DEFAULT_POSITIVE_LABEL),
        )


def _type(text: str | None) -> ProblemType:
    try:
        return ProblemType(text or "")
    except ValueError:
        raise AnalysisError(f"problem_type is {text!r}, expected one of {', '.join(ProblemType)}") from None


def _ground_truth(parameters: Parameters) -> str:
    if parameters.dataset_format.kind is FormatKind.MERGED:
        return GROUND_TRUTH
    if parameters.ground_truth_attribute is None:
        raise AnalysisError(
            "the environment lacks ground_truth_attribute, which says where the labels are: the name or the position "
            "of a column, or a path into JSON"
        )
    return parameters.ground_truth_attribute


def _threshold(text: str | None) -> float:
    if text is None:
        return DEFAULT_THRESHOLD
    try:
        threshold = float(text)
    except ValueError:
        threshold = math.nan
    if not 0 <= threshold <= 1:
        raise AnalysisError(f"probability_threshold_attribute is {text!r}, expected a number from 0 to 1 such as 0.5")
    return threshold
