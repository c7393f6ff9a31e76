"""What a model predicts, and by which metrics its quality is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from model_monitor.errors import ConfigurationError, Key, Setting, Shown
from model_monitor.inputs.attributes import CapturedAttributes, require_attribute
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token
from model_monitor.model_quality.alarms import MetricLimit


class Better(Enum):
    """In which direction a metric is better."""

    HIGHER = "LessThanThreshold"
    """It violates when it is less than its threshold."""
    LOWER = "GreaterThanThreshold"
    """It violates when it is greater than its threshold."""


# Metrics and directions: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
_BINARY = {
    **dict.fromkeys(
        ("accuracy", "auc", "f0_5", "f1", "f2", "precision", "recall", "true_negative_rate", "true_positive_rate"),
        Better.HIGHER,
    ),
    **dict.fromkeys(("false_negative_rate", "false_positive_rate"), Better.LOWER),
}
_MULTICLASS = dict.fromkeys(
    ("accuracy", "weighted_f0_5", "weighted_f1", "weighted_f2", "weighted_precision", "weighted_recall"), Better.HIGHER
)
_REGRESSION = {**dict.fromkeys(("mae", "mse", "rmse"), Better.LOWER), "r2": Better.HIGHER}
_R2 = "r2"  # 1 for a model without errors, negative for one that is worse than the mean of the labels
_FROM_PROBABILITIES = "auc"
# The analyzer writes limits of these and never reports that they are broken: so in all published outputs of runs that
# must have broken them.
_NEVER_REPORTED = frozenset(["f0_5", "weighted_f0_5"])


@checked
@dataclass(frozen=True)
class ProblemType:
    """What a model predicts. Use the factories.

    Attributes:
        name: As the service calls it.
        attributes: Where predictions are in captured records.
        metrics: Metrics that can have a constraint or an alarm, each with the direction in which it is better.

    Example:
        ```python
        ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.7)
        ```
    """

    name: str
    attributes: CapturedAttributes
    metrics: Mapping[str, Better]

    @classmethod
    @checked
    def binary_classification(
        cls,
        *,
        inference_attribute: str | int | None = None,
        probability_attribute: str | int | None = None,
        probability_threshold: float | None = None,
    ) -> ProblemType:
        """Yes or no; the positive label is 1.

        Args:
            inference_attribute: Where the predicted label is: the position of a CSV column of the model's output, or a
                JSON key. Default: the probability tells the label.
            probability_attribute: Where the probability of the positive label is. Without it there is no `auc`.
            probability_threshold: Probability from which on a prediction counts as positive. That one which equals it
                does, too, is not published. Default: 0.5.

        Raises:
            ConfigurationError: Neither label nor probability is named, or a threshold without a probability.
        """
        attributes = CapturedAttributes(
            inference=inference_attribute,
            probability=probability_attribute,
            probability_threshold=probability_threshold,
        )
        attributes.require_prediction()
        metrics = {
            name: better
            for name, better in _BINARY.items()
            if probability_attribute is not None or name != _FROM_PROBABILITIES
        }
        return cls("BinaryClassification", attributes, metrics)

    @classmethod
    @checked
    def multiclass(cls, *, inference_attribute: str | int) -> ProblemType:
        """One of several labels.

        Args:
            inference_attribute: Where the predicted label is.
        """
        return cls("MulticlassClassification", CapturedAttributes(inference=inference_attribute), _MULTICLASS)

    @classmethod
    @checked
    def regression(cls, *, inference_attribute: str | int) -> ProblemType:
        """A number.

        Args:
            inference_attribute: Where the predicted number is.
        """
        return cls("Regression", CapturedAttributes(inference=inference_attribute), _REGRESSION)

    def require_threshold(self, metric: str) -> None:
        """Check that a threshold of a metric does something.

        Raises:
            ConfigurationError: This kind of problem has no such metric, or runs do not report that it is broken.
        """
        self.require_metric(metric)
        if metric in _NEVER_REPORTED:
            raise ConfigurationError(
                option=("thresholds", Key(metric)),
                got=("a threshold for the metric ", Shown(metric)),
                expected="another metric: the analyzer never reports that this threshold is broken",
                fix="set an alarm on the metric instead, which is published like all others",
            )

    def require_limit(self, metric: str, limit: float | MetricLimit) -> None:
        """Check that a metric can reach its limit.

        Args:
            metric: Its name.
            limit: A threshold of runs, or that of an alarm; tokens are taken as they are.

        Raises:
            ConfigurationError: This kind of problem has no such metric, the metric cannot take such a value, or nothing
                can be worse than the limit of an alarm.
        """
        direction = self.require_metric(metric)
        is_alarm = isinstance(limit, MetricLimit)
        limit = limit if isinstance(limit, MetricLimit) else MetricLimit.at(limit)
        if is_token(limit.value):
            return
        values = _possible_values(metric, relative=limit.relative_to_baseline)
        if not values.minimum <= limit.value <= values.maximum:
            distance = " worse than the baseline's value" if limit.relative_to_baseline else ""
            raise ConfigurationError(
                got=(f"a limit of {limit.value:g}{distance} for the metric ", Shown(metric)),
                expected=values.words,
                fix=values.fix,
            )
        # A threshold like this turns a computed one off; an alarm like this only looks as if it watched something.
        worst = 1 if limit.relative_to_baseline or direction is Better.LOWER else 0
        if is_alarm and values is _SHARES and limit.value == worst:
            raise ConfigurationError(
                got=(f"a limit of {limit.value:g} for an alarm on the metric ", Shown(metric)),
                expected="a limit that the metric can break: this alarm would stay quiet for ever",
                fix="choose one that is less lenient, or leave the alarm out",
            )

    def require_metric(self, metric: str) -> Better:
        """Return the direction in which a metric is better.

        Raises:
            ConfigurationError: This kind of problem has no such metric.
        """
        if metric not in self.metrics:
            probability = metric == _FROM_PROBABILITIES and self.name == "BinaryClassification"
            raise ConfigurationError(
                got=("the metric ", Shown(metric), f" for {self.name}"),
                expected=f"one of {', '.join(sorted(self.metrics))}",
                fix=("add ", Setting("probability_attribute"), ", from which it is computed")
                if probability
                else "choose one of these",
            )
        return self.metrics[metric]


@dataclass(frozen=True)
class _Values:
    minimum: float
    maximum: float
    words: str
    fix: str


_SHARES = _Values(0, 1, "a share, from 0 to 1", "write 80 % as 0.8")
_ERRORS = _Values(
    0, math.inf, "0 or more, in the metric's own unit", "use a positive number; the metric defines the direction"
)
_UP_TO_ONE = _Values(-math.inf, 1, "at most 1, the value of a model without errors", "write 80 % as 0.8")


def _possible_values(metric: str, *, relative: bool) -> _Values:
    if metric not in _REGRESSION:
        return _SHARES
    return _UP_TO_ONE if metric == _R2 and not relative else _ERRORS


@checked
@dataclass(frozen=True, kw_only=True)
class QualityColumns:
    """Which columns of a baseline's dataset hold predictions and truth, where the captured records have positions.

    Attributes:
        ground_truth: Column of the true label or number.
        inference: Column of the predicted one. Default: none, when the probability tells it.
        probability: Column of the probability. Default: none.
    """

    ground_truth: str
    inference: str | None = None
    probability: str | None = None

    def __post_init__(self) -> None:
        for name in ("ground_truth", "inference", "probability"):
            require_attribute(name, getattr(self, name))

    @property
    def named(self) -> dict[str, str]:
        """The columns that are named, by option."""
        columns = {"ground_truth": self.ground_truth, "inference": self.inference, "probability": self.probability}
        return {option: column for option, column in columns.items() if column is not None}

    def require_fitting(self, problem: ProblemType) -> None:
        """Check that the dataset has what captured records have.

        Raises:
            ConfigurationError: A label or probability is named for one of the two only.
        """
        for name in ("inference", "probability"):
            here, there = getattr(self, name), getattr(problem.attributes, name)
            if (here is None) != (there is None):
                given, missing = ("captured records", "dataset") if here is None else ("dataset", "captured records")
                raise ConfigurationError(
                    option=("columns", name),
                    got=f"the {name} of the {given}, but none of the {missing}",
                    expected="both or neither, so that baseline and runs compute the same metrics",
                    fix=(
                        "write ",
                        Setting(name),
                        " for the columns of the dataset and ",
                        Setting(f"{name}_attribute"),
                        " for the problem type",
                    ),
                )
